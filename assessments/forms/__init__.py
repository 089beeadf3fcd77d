"""Forms of questionnaires and risk items."""

from assessments.forms.answers import AnswerForm
from assessments.forms.day_before import DayBeforeForm
from assessments.forms.giving import CancelForm, GiveForm
from assessments.forms.on_call import OnCallForm
from assessments.forms.risk import CloseForm, ContactForm, QueueFilter

__all__ = [
    "AnswerForm",
    "CancelForm",
    "CloseForm",
    "ContactForm",
    "DayBeforeForm",
    "GiveForm",
    "OnCallForm",
    "QueueFilter",
]
