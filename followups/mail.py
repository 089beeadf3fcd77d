"""The check-in mail: no name, drug, diagnosis or specialty in it, only a link and crisis help (R74)."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from followups.models import OutboxMessage

SUBJECT = "A short check-in is waiting for you"


def check_in_mail(message: OutboxMessage, token: str) -> EmailMessage:
    practice = message.check_in.patient.practice
    body = render_to_string(
        "followups/mail/check_in.txt",
        {
            "url": settings.PUBLIC_URL.rstrip("/") + reverse("portal:open", kwargs={"token": token}),
            "closes_on": message.check_in.closes_at,
            "crisis_label": practice.crisis_label,
            "crisis_number": practice.crisis_number,
            "emergency_number": practice.emergency_number,
            "phone": practice.phone,
        },
    )
    return EmailMessage(
        SUBJECT,
        body,
        settings.DEFAULT_FROM_EMAIL,
        [message.check_in.patient.email],
        headers={"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"},
    )
