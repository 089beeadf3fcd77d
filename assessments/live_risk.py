"""Whether the open risk answers somebody sees changed, asked in one statement every 2 seconds (R80, decision 0016).

It needs neither queue nor worker nor mail: the stamp is made of the rows themselves.
"""

import hashlib
from datetime import datetime

from django.db.models import Count

from assessments.models import RiskItem


def risk_stamp(actor, at: datetime) -> str:
    """A digest of the open items this person sees: which, in which version, with how many contacts; and the minute
    while there are any, since whose turn it is and what is overdue moves with time alone."""
    open_items = RiskItem.objects.visible_to(actor).open().annotate(contact_count=Count("contacts"))
    rows = list(open_items.order_by("pk").values_list("pk", "version", "contact_count"))
    told = [f"{at:%Y-%m-%d %H:%M}", *rows] if rows else []
    return hashlib.sha256(repr(told).encode()).hexdigest()[:24]
