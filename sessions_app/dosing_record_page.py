"""Everything a reviewer sees of one dosing record: order, drug account, ledger, vital signs, people, late entries.

No answers, scores, notes or words of the patient are read here (R12).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from common.blockers import Blocker
from common.svg.vitals_shapes import VitalsChart
from dosing.models import Administration, DosingRecord, Draw, InfusionChange, Remainder, StockMovement
from dosing.order_page import OrderSheet
from dosing.ordered_dose import dose_of_record
from sessions_app.dosing_list import flags_of, review_chip
from sessions_app.dosing_scope import dosing_records_of
from sessions_app.dosing_vitals import ReviewedReading, review_chart, reviewed_readings
from sessions_app.leaving_facts import missed_readings
from sessions_app.models import BlockerOverride, ReviewQuestion, RosterEntry, SessionAddendum, SessionTransition
from sessions_app.reviewing import people_to_ask, review_blockers
from sessions_app.session_facts import SessionFacts, full, load_facts
from sessions_app.session_timeline import timeline_of
from sessions_app.states import standing_stop
from sessions_app.timeline import TimelineEvent, t_plus_minutes

PEOPLE = "recorded_by__user"
# A visit that nobody ended is not looked through any further for missing readings.
LONGEST_VISIT = timedelta(hours=12)
MISSED_SHOWN = 8
# Overrides about the drug and the blood pressure; of any other the code and reason stay with the care team.
ABOUT_THE_DRUG = ("PRESSURE_", "INTERVAL_", "SPACING_", "WEIGHT_", "DOSE_", "BOOSTER_", "INFUSION_", "FIRST_", "STEP_")


@dataclass(frozen=True)
class DrawAccount:
    """One amount drawn from one lot: drawn = given + wasted + returned + open."""

    draw: Draw
    administrations: tuple[Administration, ...]
    remainders: tuple[Remainder, ...]
    movements: tuple[StockMovement, ...]
    is_running: bool

    @property
    def is_settled(self) -> bool:
        return self.draw.outstanding_mg == 0


@dataclass(frozen=True)
class Late:
    """An entry written down more than 15 minutes after it happened."""

    what: str
    row: object


@dataclass(frozen=True)
class PassedCheck:
    """A blocker that somebody allowed to passed; the words are left out when they are not about the drug."""

    row: BlockerOverride
    is_shown: bool


@dataclass(frozen=True)
class DosingRecordPage:
    record: DosingRecord
    facts: SessionFacts
    order: OrderSheet
    accounts: tuple[DrawAccount, ...]
    changes: tuple[InfusionChange, ...]
    chart: VitalsChart
    readings: tuple[ReviewedReading, ...]
    missed: tuple[int, ...]
    checks: tuple[PassedCheck, ...]
    timeline: tuple[TimelineEvent, ...]
    late: tuple[Late, ...]
    addenda: tuple[SessionAddendum, ...]
    questions: tuple[ReviewQuestion, ...]
    people: tuple
    review_blockers: tuple[Blocker, ...]
    early_stop: SessionTransition | None = None

    @property
    def session(self):
        return self.facts.session

    @property
    def review(self):
        return getattr(self.session, "review", None)

    @property
    def flags(self):
        return flags_of(self.record)

    @property
    def review_chip(self):
        return review_chip(self.record)

    @property
    def open_mg(self) -> Decimal:
        """Mg drawn that nothing accounts for yet; a running infusion's amount is part of it."""
        record = self.record
        return record.drawn_mg - record.given_mg - record.wasted_mg - record.returned_mg

    @property
    def missed_more(self) -> int:
        return max(0, len(self.missed) - MISSED_SHOWN)

    @property
    def roster(self) -> tuple[RosterEntry, ...]:
        return self.facts.roster_history

    @property
    def discharge(self):
        return getattr(self.session, "discharge", None)

    @property
    def administration_overrides(self) -> list[tuple[int, str, str]]:
        """(dose number, code of the limit, typed reason)."""
        return [
            (row.number, code, reason) for row in self.facts.administrations for code, reason in row.overrides.items()
        ]


def load_record_page(record: DosingRecord, actor, at: datetime) -> DosingRecordPage:
    """The page of one record in a fixed number of queries."""
    session = full(type(record.session).objects.defer("intention")).get(pk=record.session.pk)
    facts = load_facts(session)
    accounts = _accounts(record, facts)
    changes = tuple(
        InfusionChange.objects.filter(administration__dosing_record=record)
        .select_related(PEOPLE)
        .order_by("occurred_at", "recorded_at")
    )
    transitions = tuple(session.transitions.select_related(PEOPLE).order_by("occurred_at", "recorded_at"))
    addenda = tuple(session.addenda.select_related(PEOPLE).order_by("recorded_at"))
    checks = tuple(PassedCheck(row, row.code.startswith(ABOUT_THE_DRUG)) for row in facts.overrides)
    remainders = [row for account in accounts for row in account.remainders]
    shown = replace(facts, all_readings=(), overrides=tuple(check.row for check in checks if check.is_shown))
    timeline = timeline_of(
        shown,
        transitions=transitions,
        adverse_events=(),
        changes=changes,
        remainders=remainders,
        addenda=addenda,
    )
    missed = missed_readings(facts, session.ended_at or min(at, session.first_dose_at + LONGEST_VISIT))
    return DosingRecordPage(
        record=record,
        facts=facts,
        order=OrderSheet(record.order, dose_of_record(record)),
        accounts=accounts,
        changes=changes,
        chart=review_chart(facts, changes),
        readings=reviewed_readings(facts),
        missed=tuple(t_plus_minutes(moment, session.first_dose_at) for moment in missed),
        checks=checks,
        timeline=tuple(timeline),
        late=tuple(_late(facts, changes, remainders, transitions)),
        addenda=addenda,
        questions=tuple(session.questions.with_names()),
        people=tuple(one for one in people_to_ask(session) if one.pk != actor.membership_id),
        review_blockers=tuple(review_blockers(session, actor)),
        early_stop=standing_stop(transitions, lambda row: row.told),
    )


def _accounts(record: DosingRecord, facts: SessionFacts) -> tuple[DrawAccount, ...]:
    draws = Draw.objects.filter(dosing_record=record).select_related("lot__product", "drawn_by__user")
    remainders = Remainder.objects.filter(draw__dosing_record=record).select_related(PEOPLE, "witness__user")
    movements = StockMovement.objects.filter(draw__dosing_record=record).select_related(
        "lot", "container__product", PEOPLE, "witness__user"
    )
    remainders, movements = list(remainders.order_by("occurred_at")), list(movements.order_by("recorded_at", "number"))
    return tuple(
        DrawAccount(
            draw=draw,
            administrations=(mine := tuple(row for row in facts.administrations if row.draw_id == draw.pk)),
            remainders=tuple(row for row in remainders if row.draw_id == draw.pk),
            movements=tuple(row for row in movements if row.draw_id == draw.pk),
            is_running=any(not hasattr(row, "end") for row in mine),
        )
        for draw in draws.order_by("drawn_at", "recorded_at")
    )


def _late(facts: SessionFacts, changes, remainders, transitions) -> Iterable[Late]:
    ends = [row.end for row in facts.administrations if row.pump_ml_per_h is not None and hasattr(row, "end")]
    kinds = (
        ("Check-in", facts.check_ins),
        ("Dose", facts.administrations),
        ("Change of the infusion", changes),
        ("End of the infusion", ends),
        ("Waste or return", remainders),
        ("Reading", facts.all_readings),
        ("Change of state", transitions),
    )
    found = [Late(what, row) for what, rows in kinds for row in rows if row.is_late]
    return sorted(found, key=lambda late: late.row.occurred_at)


def next_to_review(record: DosingRecord, actor) -> DosingRecord | None:
    """The oldest signed record that waits for a review and in which this person had no hand."""
    waiting = dosing_records_of(actor).filter(reviewed_at=None, session__signed_at__isnull=False).exclude(pk=record.pk)
    others = waiting.exclude(staff_ids__contains=f" {actor.membership_id} ")
    return others.order_by("first_dose_at", "id").only("id").first()
