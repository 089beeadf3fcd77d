"""Giving the drug beside the patient: dose, pump, end, recovery, remainder."""

from django.contrib import messages
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.gatekeeping import needs
from accounts.roles import Permission
from dosing.forms import EndInfusionForm, GiveDoseForm, InfusionChangeForm, RemainderForm, UnwitnessedForm
from dosing.models import StockContainer, StockLot
from sessions_app import actions
from sessions_app.before_dose import MAY_GIVE, dose_blockers, split
from sessions_app.forms.fields import versioned
from sessions_app.session_facts import administration_of, draw_of, load_facts
from sessions_app.session_reach import SessionReach
from sessions_app.views.acting import act_now, act_page, entry_page, posted, session_for, to_session

OFFERED = 8  # containers of a lot; any other is drawn from in its turn
FORM = ["GET", "HEAD", "POST"]


@needs(Permission.GIVE_DOSE)
@require_http_methods(FORM)
def give_dose(request, pk):
    """The first or a further dose; while something stands in the way the list is shown and nothing can be sent."""
    session = session_for(request.actor, pk, Permission.GIVE_DOSE)
    facts = load_facts(session)
    if facts.order is None:
        messages.error(request, "No dose order is signed for this series. The prescriber signs it on the series' page.")
        return to_session(session)
    standing, passed = split(dose_blockers(facts, timezone.now()), facts.overrides)
    return act_page(
        request,
        session,
        _dose_form(request, facts),
        actions.give_session_dose,
        template="sessions_app/give_dose.html",
        done="The dose is recorded.",
        context={
            "facts": facts,
            "order": facts.ordered,
            "standing": standing,
            "passed": passed,
            "reach": SessionReach.of(request.actor, session),
        },
    )


def _dose_form(request, facts) -> GiveDoseForm:
    """Lots of this route that can be used today, and the people of the roster who may give."""
    stock = StockLot.objects.visible_to(request.actor).usable_on(timezone.localdate())
    lots = [lot for lot in stock if facts.route in lot.product.routes]
    givers = [(entry.membership_id, str(entry.membership)) for duty, entry in facts.roster.items() if duty in MAY_GIVE]
    some = StockContainer.objects.visible_to(request.actor).first_of_each_lot(lots, OFFERED)
    return GiveDoseForm(posted(request), order=facts.ordered, lots=lots, containers=some, givers=givers)


@needs(Permission.GIVE_DOSE)
@require_http_methods(FORM)
def change_infusion(request, pk, administration_id):
    session = session_for(request.actor, pk, Permission.GIVE_DOSE)
    running = administration_of(session, administration_id)
    return act_page(
        request,
        session,
        versioned(InfusionChangeForm(posted(request)), session),
        actions.change_session_infusion,
        template="sessions_app/change_infusion.html",
        done="The change of the infusion is recorded.",
        context={"administration": running},
        kept="infusion_change",
        administration_id=running.pk,
    )


@needs(Permission.GIVE_DOSE)
@require_http_methods(FORM)
def end_infusion(request, pk, administration_id):
    session = session_for(request.actor, pk, Permission.GIVE_DOSE)
    running = administration_of(session, administration_id)
    return act_page(
        request,
        session,
        EndInfusionForm(posted(request)),
        actions.end_session_infusion,
        template="sessions_app/end_infusion.html",
        done="The end of the infusion is recorded.",
        context={"administration": running},
        kept="infusion_end",
        administration_id=running.pk,
    )


@needs(Permission.GIVE_DOSE)
@require_POST
def recovery(request, pk):
    session = session_for(request.actor, pk, Permission.GIVE_DOSE)
    return act_now(request, session, actions.start_recovery, done="Recovery began.")


@needs(Permission.GIVE_DOSE)
@require_http_methods(FORM)
def stop_early(request, pk):
    """No more is given although it was meant to be, whatever the route."""
    session = session_for(request.actor, pk, Permission.GIVE_DOSE)
    return entry_page(request, session, "stop_early")


@needs(Permission.WASTE_DRUG)
@require_http_methods(FORM)
def remainder(request, pk, draw_id):
    """What is left of a draw, wasted or returned with a second person's own sign-in (R48)."""
    session = session_for(request.actor, pk, Permission.WASTE_DRUG)
    draw = draw_of(session, draw_id)
    return act_page(
        request,
        session,
        RemainderForm(posted(request), draw=draw),
        actions.dispose_session_remainder,
        template="sessions_app/remainder.html",
        done="What was left is recorded with its witness.",
        context={"draw": draw},
        draw_id=draw.pk,
    )


@needs(Permission.WASTE_DRUG)
@require_http_methods(FORM)
def unwitnessed(request, pk, draw_id):
    """What is left of a draw, wasted where nobody could witness it: it becomes a discrepancy."""
    session = session_for(request.actor, pk, Permission.WASTE_DRUG)
    draw = draw_of(session, draw_id)
    return act_page(
        request,
        session,
        UnwitnessedForm(posted(request), draw=draw),
        actions.waste_session_unwitnessed,
        template="sessions_app/unwitnessed.html",
        done="The waste is recorded. Compliance looks into it, since nobody witnessed it.",
        context={"draw": draw},
        draw_id=draw.pk,
    )
