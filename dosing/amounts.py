"""Checks amounts that a person typed before they become a record: exact Decimals of a size that can be true."""

from decimal import Decimal

from common.errors import InvalidInput

MG_PLACES = 3
MOST_DRAWN_MG = Decimal(5000)
MOST_GIVEN_MG = Decimal(1000)
MOST_IN_STOCK_MG = Decimal(1_000_000)
MOST_PUMP_ML_PER_H = Decimal(2000)
MOST_VOLUME_ML = Decimal(3000)
MOST_MINUTES = 480


def exact(field: str, value, *, places: int = MG_PLACES, most: Decimal, unit: str = "mg") -> Decimal:
    """`value` as a Decimal above 0 and at most `most`, with at most `places` decimals; else InvalidInput."""
    if isinstance(value, float) or not isinstance(value, Decimal | int) or isinstance(value, bool):
        raise InvalidInput({field: f"Enter a number of {unit}."})
    amount = Decimal(value)
    if not amount.is_finite() or not 0 < amount <= most:
        raise InvalidInput({field: f"Enter more than 0 and at most {most} {unit}."})
    if -amount.normalize().as_tuple().exponent > places:
        raise InvalidInput({field: f"Enter {unit} with at most {places} decimal places."})
    return amount


def minutes(field: str, value) -> int:
    """Whole minutes, 1 to 480; else InvalidInput."""
    number = exact(field, value, places=0, most=Decimal(MOST_MINUTES), unit="minutes")
    return int(number)


def required_text(field: str, text: str, sentence: str, least: int = 3) -> str:
    cleaned = (text or "").strip()
    if len(cleaned) < least:
        raise InvalidInput({field: sentence})
    return cleaned
