"""Forms of the drug; cleaned data of each are the keywords of its action."""

from dosing.forms.giving import EndInfusionForm, GiveDoseForm, InfusionChangeForm, RemainderForm
from dosing.forms.limits import LimitsForm
from dosing.forms.orders import OrderForm
from dosing.forms.stock import LotFilterForm, ProductForm, ReceiveStockForm

__all__ = [
    "EndInfusionForm",
    "GiveDoseForm",
    "InfusionChangeForm",
    "LimitsForm",
    "LotFilterForm",
    "OrderForm",
    "ProductForm",
    "ReceiveStockForm",
    "RemainderForm",
]
