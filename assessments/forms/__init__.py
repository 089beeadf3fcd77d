"""Forms of questionnaires and risk items."""

from assessments.forms.answers import AnswerForm
from assessments.forms.day_before import DayBeforeForm
from assessments.forms.giving import CancelForm, GiveForm, RateForm
from assessments.forms.licensed import WithdrawForm, WordingForm
from assessments.forms.on_call import OnCallForm
from assessments.forms.practice_made import (
    QUESTION_FORMS,
    HeadingForm,
    PublishForm,
    RetireForm,
    RevisionForm,
    ScoreForm,
)
from assessments.forms.risk import CloseForm, ContactForm, QueueFilter

__all__ = [
    "QUESTION_FORMS",
    "AnswerForm",
    "CancelForm",
    "CloseForm",
    "ContactForm",
    "DayBeforeForm",
    "GiveForm",
    "HeadingForm",
    "OnCallForm",
    "PublishForm",
    "QueueFilter",
    "RateForm",
    "RetireForm",
    "RevisionForm",
    "ScoreForm",
    "WithdrawForm",
    "WordingForm",
]
