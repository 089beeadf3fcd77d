"""Forms of the follow-up pages."""

from followups.forms.check_ins import CancelForm, ListFilterForm
from followups.forms.points import PointForm

__all__ = ["CancelForm", "ListFilterForm", "PointForm"]
