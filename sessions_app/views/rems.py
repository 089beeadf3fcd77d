"""REMS: the check before an esketamine dose, the work list, one session's form, and recording that it was submitted."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.gatekeeping import needs
from accounts.paging import page_of
from accounts.roles import Permission
from common import audit
from common.http import form_status, refused, submit
from sessions_app import actions
from sessions_app.forms import RemsCheckForm, RemsSubmissionForm
from sessions_app.rems_page import SHOWN, forms_of, lines_of, load_rems_page, today_of
from sessions_app.views.acting import act_page, posted, session_for

FORM = ["GET", "HEAD", "POST"]


@needs(Permission.CHECK_IN_PATIENT)
@require_http_methods(FORM)
def rems_check(request, pk):
    session = session_for(request.actor, pk, Permission.CHECK_IN_PATIENT)
    form = RemsCheckForm(posted(request))
    return act_page(
        request,
        session,
        form,
        actions.record_rems_check,
        template="sessions_app/rems/check.html",
        done="The REMS check is recorded.",
    )


@needs(Permission.VIEW_REMS)
@require_safe
def rems_list(request):
    """The forms that are owed, most pressing first; those submitted, newest first."""
    today = today_of(request.actor, timezone.now())
    chosen = request.GET.get("show") if request.GET.get("show") in SHOWN else "open"
    page = page_of(forms_of(request.actor, chosen, today), request)
    audit.record_list(request.actor, "sessions.listed_rems_forms", [row.patient_id for row in page])
    tabs = [{"label": label, "url": f"?show={key}", "is_current": key == chosen} for key, label in SHOWN.items()]
    context = {"page": page, "lines": lines_of(page, today), "tabs": tabs, "show": chosen}
    return render(request, "sessions_app/rems/list.html", context)


@needs(Permission.VIEW_REMS)
@require_safe
def rems_form(request, pk):
    """One session's form as it fills now, with its clock and every version that was submitted."""
    page = load_rems_page(request.actor, pk, timezone.now())
    audit.record_look(request.actor, "sessions.looked_at_rems_form", subject=page.form)
    return render(request, "sessions_app/rems/form.html", _context(page))


@needs(Permission.SUBMIT_REMS)
@sensitive_post_parameters("password")
@require_http_methods(FORM)
def submit_rems(request, pk):
    """Answers what the session does not tell, and records that the form went to the REMS."""
    at = timezone.now()
    page = load_rems_page(request.actor, pk, at, Permission.SUBMIT_REMS)
    form = RemsSubmissionForm(posted(request), asked=page.asked, hints=page.hints, version=page.form.version)
    if request.method == "POST":
        row = submit(form, actions.record_rems_submission, rems_form=page.form, by=request.actor, at=at)
        if not refused(row):
            messages.success(request, f"Recorded as submitted, number {row.confirmation_number}.")
            return redirect("sessions:rems", pk)
    else:
        audit.record_look(request.actor, "sessions.looked_at_rems_form", subject=page.form)
    context = {**_context(page), "form": form}
    return render(request, "sessions_app/rems/submit.html", context, status=form_status(form))


def _context(page) -> dict:
    return {"page": page, "session": page.session, "patient": page.form.patient}
