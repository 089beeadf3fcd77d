"""What the provider of text messages tells us about one of them."""

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.actor import system_actor
from accounts.failures import too_many_unknown_links
from accounts.gatekeeping import public
from accounts.origin import client_ip
from followups import actions
from followups.forms import TextStatusForm
from followups.sending import status_address
from followups.sent import message_of_status
from followups.twilio import is_signed

MOST_BYTES = 10_000


@csrf_exempt
@public
@require_POST
def text_status(request, pk):
    """Signed by the provider, or refused; an unsigned call counts like a link that does not exist (R81).

    An id that nobody knows is answered like any other. The request holds no patient data that is kept.
    """
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return HttpResponse(status=413)
    signature = request.headers.get("X-Twilio-Signature", "")
    if not is_signed(settings.TWILIO["token"], status_address(pk), request.POST, signature):
        slowed = too_many_unknown_links(client_ip(request), timezone.now(), is_unknown=True)
        return HttpResponse(status=429 if slowed else 400)
    message = message_of_status(pk)
    if message is not None:
        told = TextStatusForm(request.POST).told
        actions.record_delivery(message=message, by=system_actor("text-status"), at=timezone.now(), **told)
    return HttpResponse(status=204)
