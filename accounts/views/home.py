"""The first page after sign-in: what waits for this person today, urgent things first."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.gatekeeping import signed_in
from accounts.home_page import greeting, home_page
from common import audit


@signed_in
@require_safe
def home(request):
    at = timezone.now()
    page = home_page(request, at)
    audit.record_list(request.actor, "accounts.looked_at_home", page.patient_ids)
    context = {"at": at, "page": page, "greeting": greeting(timezone.localtime(at).hour)}
    return render(request, "accounts/home.html", context)
