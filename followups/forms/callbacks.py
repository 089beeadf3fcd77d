"""What the provider of text messages posts about one of them, by its own names."""

from django import forms

DELIVERY = {"delivered": "delivered", "undelivered": "undelivered", "failed": "undelivered"}


class TextStatusForm(forms.Form):
    """Whatever else is posted, the patient's number too, is not read."""

    MessageStatus = forms.CharField(required=False)
    ErrorCode = forms.CharField(required=False)

    @property
    def told(self) -> dict[str, str]:
        """Delivery and code as `record_delivery` takes them; a status on the way is no delivery yet."""
        self.is_valid()
        delivery = DELIVERY.get(self.cleaned_data.get("MessageStatus", ""), "")
        return {
            "delivery": delivery,
            "code": self.cleaned_data.get("ErrorCode", "") if delivery == "undelivered" else "",
        }
