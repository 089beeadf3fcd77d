"""The words of the mails about an account; they name no patient and hold no secret (R32, R95)."""

from zoneinfo import ZoneInfo

from accounts.models import AccountNotice

SUBJECTS = {
    AccountNotice.About.NEW_BROWSER: "A sign-in with a new browser",
    AccountNotice.About.FACTOR: "Your second factor was changed",
    AccountNotice.About.PASSWORD: "Your password was changed",
    AccountNotice.About.RISK: "You are on call: something waits for you",
}
SENTENCES = {
    AccountNotice.About.NEW_BROWSER: "Somebody signed in to your account with a browser it did not know.",
    AccountNotice.About.FACTOR: "A second factor of your account was added, replaced or taken away.",
    AccountNotice.About.PASSWORD: "The password of your account was changed.",
}
TEXT = """{sentence}

When: {when}
{where}
If this was you, there is nothing to do.

If it was not: open {address}, end every sign-in that you do not know, change your password, and tell an
administrator of your practice at once.
"""

ON_CALL = """Something waits for you at {practice}, since it is your turn on the on-call list.

Sign in and look at the first lines of your home page: {address}

If you cannot look into it now, call the clinic or the next person on the list. It goes on by itself, but not at once.
"""


def words_of(notice: AccountNotice, address: str) -> tuple[str, str]:
    """Subject and text. Times are shown in the practice's zone, in UTC where there is none."""
    if notice.about == AccountNotice.About.RISK:
        return SUBJECTS[notice.about], ON_CALL.format(practice=notice.practice.name, address=address)
    zone = ZoneInfo(notice.practice.time_zone if notice.practice else "UTC")
    when = notice.happened_at.astimezone(zone).strftime("%-d %B %Y, %H:%M (%Z)")
    where = f"Browser: {notice.browser}\n" if notice.browser else ""
    if notice.practice:
        where = f"Practice: {notice.practice.name}\n{where}"
    text = TEXT.format(sentence=SENTENCES[notice.about], when=when, where=where, address=address)
    return SUBJECTS[notice.about], text
