"""Exact decimal columns: amounts are stored as whole numbers of the smallest step, the same on both engines."""

from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.db import models


class ExactDecimalField(models.BigIntegerField):
    """A Decimal with a fixed number of places kept as a scaled integer (SQLite would keep a float).

    `places=3` on a column in mg means it is stored in micrograms. A value with more places than the column
    holds is refused, never rounded.
    """

    description = "Exact decimal with %(places)s places"

    def __init__(self, *args, places: int = 3, **kwargs):
        self.places = places
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs["places"] = self.places
        return name, path, args, kwargs

    def scaled(self, value) -> int:
        """The stored whole number for `value`; raises ValidationError when it does not fit exactly."""
        if isinstance(value, float):
            raise ValidationError("A float is not an exact amount.")
        try:
            number = Decimal(value).scaleb(self.places)
        except (InvalidOperation, TypeError, ValueError) as error:
            raise ValidationError("Enter a number.") from error
        if not number.is_finite() or number != number.to_integral_value():
            raise ValidationError(f"Enter a number with at most {self.places} decimal places.")
        return int(number)

    def from_db_value(self, value, expression, connection):
        return None if value is None else Decimal(int(value)).scaleb(-self.places)

    def to_python(self, value):
        if value is None or isinstance(value, Decimal):
            return value
        self.scaled(value)
        return Decimal(value)

    def get_prep_value(self, value):
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return self.scaled(value)

    def formfield(self, **kwargs):
        from django import forms

        return models.Field.formfield(
            self, **{"form_class": forms.DecimalField, "decimal_places": self.places, **kwargs}
        )

    @property
    def validators(self):
        return []
