"""Forms of the drug; cleaned data of each are the keywords of its action."""

from dosing.forms.counting import CountForm
from dosing.forms.discrepancies import ClosingForm, CorrectionForm, DiscrepancyFilterForm, DiscrepancyNoteForm
from dosing.forms.diversion import SettleForm, SignFilterForm
from dosing.forms.giving import EndInfusionForm, GiveDoseForm, InfusionChangeForm, RemainderForm, UnwitnessedForm
from dosing.forms.limits import LimitsForm
from dosing.forms.moving import DisposeForm, TransferForm
from dosing.forms.orders import OrderForm
from dosing.forms.plans import ContinuePlanForm
from dosing.forms.stock import LotFilterForm, ProductForm, ReceiveStockForm

__all__ = [
    "ClosingForm",
    "ContinuePlanForm",
    "CorrectionForm",
    "CountForm",
    "DiscrepancyFilterForm",
    "DiscrepancyNoteForm",
    "DisposeForm",
    "EndInfusionForm",
    "GiveDoseForm",
    "InfusionChangeForm",
    "LimitsForm",
    "LotFilterForm",
    "OrderForm",
    "ProductForm",
    "ReceiveStockForm",
    "RemainderForm",
    "SettleForm",
    "SignFilterForm",
    "TransferForm",
    "UnwitnessedForm",
]
