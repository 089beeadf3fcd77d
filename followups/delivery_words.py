"""Why a message did not arrive, in plain words: SMTP status codes (RFC 3463) and Twilio's errors."""

STOPPED = "21610"
REASONS = {
    "5.1.1": "there is no such mailbox",
    "5.1.2": "the part after the @ does not exist",
    "5.1.3": "the address is not written correctly",
    "5.1.6": "the mailbox has moved",
    "5.1.10": "the address takes no mail",
    "5.2.1": "the mailbox is switched off",
    "5.2.2": "the mailbox is full",
    "4.2.2": "the mailbox is full",
    "5.4.4": "the mail server of that address was not found",
    "4.4.7": "the mail server of that address did not answer for days",
    STOPPED: "the patient replied STOP to a text message",
    "21211": "the number is not a telephone number",
    "21614": "the number takes no text messages",
    "30003": "the phone is switched off or out of reach",
    "30004": "text messages are blocked for this number",
    "30005": "the number is unknown or no longer in service",
    "30006": "the number is a landline, or its network is not reached",
    "30007": "the phone network filtered the message out",
}
BY_CLASS = {
    "5.7": "the patient's mail server refused it",
    "5": "the patient's mail server refused it for good",
    "4": "it could not be handed over for days",
}


def reason_of(code: str) -> str:
    """The reason as the end of a sentence, without a full stop."""
    known = REASONS.get(code) or BY_CLASS.get(code[:3]) or (BY_CLASS.get(code[:1]) if "." in code else None)
    return known or "the provider gave no reason that is known here"
