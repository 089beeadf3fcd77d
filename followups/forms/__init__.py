"""Forms of the follow-up pages."""

from followups.forms.callbacks import TextStatusForm
from followups.forms.care import CallForm, CloseMissedForm, PauseForm, RulesForm
from followups.forms.check_ins import CancelForm, ListFilterForm
from followups.forms.points import PointForm

__all__ = [
    "CallForm",
    "CancelForm",
    "CloseMissedForm",
    "ListFilterForm",
    "PauseForm",
    "PointForm",
    "RulesForm",
    "TextStatusForm",
]
