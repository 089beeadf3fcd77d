"""How the interface words a time, an amount, a status and a link; amounts stay Decimal from the record to the page."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from zoneinfo import ZoneInfo

from django import template
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

register = template.Library()

ICON_SIZES = {"xs": 14, "sm": 16, "md": 20, "lg": 24, "xl": 40}
STATUS_ICONS = {
    "normal": "circle-check",
    "caution": "triangle-alert",
    "warning": "circle-alert",
    "critical": "octagon-alert",
    "done": "check",
    "waiting": "hourglass",
    "info": "info",
    "neutral": "circle-dot",
}
MESSAGE_ICONS = {
    "success": "circle-check",
    "warning": "triangle-alert",
    "error": "octagon-alert",
    "danger": "octagon-alert",
}
MINUS = "\N{MINUS SIGN}"
DASH = "\N{EM DASH}"


@register.simple_tag
def server_time() -> str:
    """Now, for the clocks on a page; by the clock that actions are told, unlike the tag `now`."""
    return timezone.now().isoformat(timespec="milliseconds")


@register.simple_tag
def icon(name: str, size: str | int = "md", label: str = "", css: str = "") -> SafeString:
    """An inline drawing. Hidden from screen readers unless `label` names it; `size` is xs, sm, md, lg, xl or pixels."""
    pixels = ICON_SIZES.get(str(size)) or int(size)
    classes = f"icon {css}".strip()
    if label:
        return lucide(name, size=pixels, **{"class": classes, "role": "img", "aria-label": label})
    return _silent_icon(name, pixels, classes)


@lru_cache(maxsize=512)
def _silent_icon(name: str, pixels: int, classes: str) -> SafeString:
    """Drawn once: a page has dozens, and drawing them was a sixth of its time."""
    return lucide(name, size=pixels, **{"class": classes, "aria-hidden": "true", "focusable": "false"})


@register.filter
def status_icon(kind: str) -> str:
    """The icon that goes with a status kind; an unknown kind gets the neutral one."""
    return STATUS_ICONS.get(str(kind), STATUS_ICONS["neutral"])


@register.filter
def message_icon(tags: str) -> str:
    """The icon for a Django message's tags."""
    return next((MESSAGE_ICONS[tag] for tag in str(tags).split() if tag in MESSAGE_ICONS), "info")


def _in_zone(moment: datetime, zone: str | ZoneInfo | None) -> datetime:
    if timezone.is_naive(moment):
        raise ValueError("A time without a zone cannot be shown.")
    chosen = ZoneInfo(zone) if isinstance(zone, str) and zone else zone
    return timezone.localtime(moment, chosen or timezone.get_current_timezone())


def _time_element(moment: datetime, words: str) -> SafeString:
    return format_html('<time class="num" datetime="{}">{}</time>', moment.isoformat(timespec="seconds"), words)


@register.filter
def local_time(moment: datetime | None, zone: str | ZoneInfo | None = None) -> str:
    """Day and time with the zone's abbreviation, in `zone` or else the practice's zone, which is the active one."""
    if moment is None:
        return DASH
    local = _in_zone(moment, zone)
    return _time_element(local, f"{local.day} {local:%b %Y, %H:%M} {local.tzname()}")


@register.filter
def local_clock(moment: datetime | None, zone: str | ZoneInfo | None = None) -> str:
    """Time of day only, with the zone's abbreviation; for lists which already name the day."""
    if moment is None:
        return DASH
    local = _in_zone(moment, zone)
    return _time_element(local, f"{local:%H:%M} {local.tzname()}")


@register.filter
def local_date(moment: datetime | date | None, zone: str | ZoneInfo | None = None) -> str:
    """The day only; a datetime is first moved into `zone` or the active zone."""
    if moment is None:
        return DASH
    if isinstance(moment, datetime):
        moment = _in_zone(moment, zone).date()
    return format_html('<time class="num" datetime="{}">{}</time>', moment.isoformat(), f"{moment.day} {moment:%b %Y}")


@register.filter
def t_plus(minutes: int | Decimal | timedelta | None) -> str:
    """Whole minutes from the first dose as T+1:05, before it T−0:10; a part of a minute is dropped toward zero."""
    if minutes is None or minutes == "":
        return DASH
    if isinstance(minutes, timedelta):
        minutes = Decimal(minutes // timedelta(seconds=1)) / 60
    whole = int(minutes)
    sign = MINUS if whole < 0 else "+"
    return f"T{sign}{abs(whole) // 60}:{abs(whole) % 60:02d}"


@register.filter
def in_minutes(time: timedelta) -> str:
    """A span as people say it: "15 minutes", "1 hour", "1 hour 30 minutes"."""
    hours, minutes = divmod(int(time.total_seconds()) // 60, 60)
    said = [f"{number} {word}{'' if number == 1 else 's'}" for number, word in ((hours, "hour"), (minutes, "minute"))]
    return " ".join(each for each, number in zip(said, (hours, minutes), strict=True) if number) or "0 minutes"


@register.filter
def decimal_trim(value: Decimal | int | str | None) -> str:
    """The same number without trailing zeros, never in exponent form and never rounded. A float is refused."""
    if value is None or value == "":
        return DASH
    if isinstance(value, float):
        raise TypeError("Amounts are Decimal, never float.")
    try:
        amount = Decimal(value)
    except InvalidOperation as error:
        raise ValueError(f"{value!r} is not an amount.") from error
    text = f"{amount:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text.replace("-", MINUS)


def _amount(value: Decimal | int | str | None, unit: str) -> str:
    text = decimal_trim(value)
    return text if text == DASH else f"{text}\N{NO-BREAK SPACE}{unit}"


@register.filter
def mg(value: Decimal | int | str | None) -> str:
    """Milligrams with their unit, unrounded."""
    return _amount(value, "mg")


@register.filter
def ml(value: Decimal | int | str | None) -> str:
    """Millilitres with their unit, unrounded."""
    return _amount(value, "mL")


@register.simple_tag(takes_context=True)
def query_with(context: template.Context, **changes: object) -> str:
    """The present query string with some keys replaced; None or '' drops a key. Other filters stay."""
    request = context.get("request")
    query = request.GET.copy() if request is not None else QueryDict(mutable=True)
    for key, value in changes.items():
        if value is None or value == "":
            query.pop(key, None)
        else:
            query[key] = str(value)
    encoded = query.urlencode()
    return f"?{encoded}" if encoded else "?"


@register.filter
def get_item(mapping: Mapping, key: object) -> object:
    """A mapping's value for a key that a template holds in a variable."""
    return mapping.get(key)


@register.filter
def initials(full_name: str) -> str:
    """At most two letters for the round badge beside a name."""
    words = [word for word in str(full_name).split() if word[0].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words))
