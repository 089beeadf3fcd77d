"""The first page after sign-in: what waits for this person today, urgent things first."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.gatekeeping import signed_in
from accounts.home_page import greeting, home_page


@signed_in
@require_safe
def home(request):
    at = timezone.now()
    context = {"at": at, "page": home_page(request, at), "greeting": greeting(timezone.localtime(at).hour)}
    return render(request, "accounts/home.html", context)
