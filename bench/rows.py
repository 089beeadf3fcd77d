"""The rows of one patient of the large clinic: person, team, series, orders, visits, doses; nothing is stored here."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from accounts.roles import Role
from bench.people import DOSES, ROUTES, Clinic
from common.clinical import Indication
from dosing.models import Administration, AdministrationEnd, DoseOrder, DosingRecord, Draw, StockMovement
from dosing.order_content import fingerprint
from dosing.practice_limits import limits_in_force
from patients.models import CareTeamMember, Patient, TreatmentSeries
from patients.person_rules import search_text_of
from sessions_app.models import Observation, RosterEntry, Session, SessionTransition, VitalReading
from sessions_app.states import State

GIVEN = (
    "Ada",
    "Bram",
    "Cleo",
    "Dario",
    "Edith",
    "Farid",
    "Greta",
    "Hugo",
    "Ines",
    "Jonas",
    "Kaia",
    "Leo",
    "Mira",
    "Nils",
    "Olga",
    "Pavel",
    "Runa",
    "Sami",
    "Tess",
    "Udo",
)
FAMILY = (
    "Ash",
    "Birch",
    "Cedar",
    "Dale",
    "Elm",
    "Fern",
    "Grove",
    "Heath",
    "Ivy",
    "Juniper",
    "Kelp",
    "Lark",
    "Moss",
    "North",
    "Oak",
    "Pine",
    "Reed",
    "Stone",
    "Thorn",
)
INDICATIONS = tuple(Indication.values)
SERIES, VISITS = 2, 5
RECENT = timedelta(days=60)
HISTORY_DAYS = 1000
PATH = (State.SCHEDULED, State.CHECKED_IN, State.READY, State.DOSING, State.RECOVERY, State.DISCHARGED)


@dataclass
class Batch:
    """Rows by model, in the order in which they may be stored; `signed` are the sessions to sign afterwards."""

    rows: dict[type, list] = field(default_factory=lambda: defaultdict(list))
    signed: list[Session] = field(default_factory=list)

    def add(self, row):
        self.rows[type(row)].append(row)
        return row


class Maker:
    """Makes patient after patient; the same seed makes the same clinic."""

    def __init__(self, clinic: Clinic, now: datetime, seed: int):
        self.clinic = clinic
        self.now = now
        self.chance = Random(seed)  # noqa: S311 (decides nothing secret)
        self.limits = {route: limits_in_force(clinic.practice.pk, route).snapshot() for route in DOSES}

    def patient(self, number: int, batch: Batch) -> Patient:
        given, family = self.chance.choice(GIVEN), f"{self.chance.choice(FAMILY)}{self.chance.choice(FAMILY).lower()}"
        mrn = str(1001 + number)
        names = {"given_name": given, "family_name": family, "preferred_name": ""}
        last_visit = self.now - timedelta(
            days=self.chance.randrange(1, HISTORY_DAYS), minutes=self.chance.randrange(400)
        )
        first_visit = last_visit - timedelta(days=7 * SERIES * VISITS)
        registered_at = first_visit - timedelta(days=14)
        patient = batch.add(
            Patient(
                practice=self.clinic.practice,
                mrn=mrn,
                **names,
                birth_date=date(1950, 1, 1) + timedelta(days=self.chance.randrange(18000)),
                email=f"patient{number}@mail.invalid",
                phone="555 010 0100",
                time_zone="America/New_York",
                search_text=search_text_of(mrn=mrn, **names),
                registered_at=registered_at,
                registered_by=self.clinic.one(Role.ADMIN, number),
            )
        )
        for role in (Role.PRESCRIBER, Role.NURSE, Role.THERAPIST):
            member = self.clinic.one(role, number)
            batch.add(CareTeamMember(patient=patient, membership=member, joined_at=registered_at, added_by=member))
        for place in range(SERIES):
            start = first_visit + timedelta(days=7 * VISITS * place)
            self._series(patient, number, place, start, batch)
        return patient

    def _series(self, patient: Patient, number: int, place: int, start: datetime, batch: Batch) -> None:
        is_open = place == SERIES - 1
        prescriber = self.clinic.one(Role.PRESCRIBER, number)
        route = self.chance.choice(ROUTES)
        closed = {} if is_open else {"closed_at": start + timedelta(days=7 * VISITS - 1), "closed_by": prescriber}
        series = batch.add(
            TreatmentSeries(
                patient=patient,
                indication=self.chance.choice(INDICATIONS),
                route=route,
                planned_sessions=VISITS + 1,
                modality="CBT",
                opened_at=start - timedelta(days=2),
                opened_by=prescriber,
                **closed,
            )
        )
        order = self._order(patient, series, number, start - timedelta(days=1), batch)
        for visit in range(VISITS):
            self.visit(patient, series, order, number, start + timedelta(days=7 * visit), visit + 1, batch)

    def _order(self, patient, series, number: int, at: datetime, batch: Batch) -> DoseOrder:
        lot, dose = self.clinic.lot(series.route, 0), Decimal(DOSES[series.route])
        prescriber = self.clinic.one(Role.PRESCRIBER, number)
        product = lot.product
        infusion = {}
        if series.route == "IV":
            infusion = {"final_volume_ml": Decimal(100), "duration_min": 40, "pump_ml_per_h": Decimal(150)}
        order = DoseOrder(
            practice=self.clinic.practice,
            patient=patient,
            series=series,
            route=series.route,
            indication=series.indication,
            product=product,
            weight_kg=Decimal(70),
            weighed_on=at.date(),
            mg_per_kg=Decimal("0.5") if dose == 35 else None,
            dose_mg=dose,
            concentration_mg_per_ml=product.concentration_mg_per_ml,
            drawn_mg=dose,
            max_total_mg=dose,
            limits=self.limits[series.route],
            created_at=at,
            created_by=prescriber,
            signed_at=at,
            signed_by=prescriber,
            expires_on=(at + timedelta(days=90)).date(),
            **infusion,
        )
        order.content_sha256 = fingerprint(order, steps=(), review_points=())
        return batch.add(order)

    def visit(self, patient, series, order, number, at: datetime, place: int, batch: Batch, live=False) -> Session:
        """One visit with its dose; `live` leaves it in progress, with everything a reading needs."""
        nurse = self.clinic.one(Role.NURSE, number)
        record = self._dose(patient, order, nurse, at, batch, live)
        session = Session(
            id=record.id,
            practice=self.clinic.practice,
            patient=patient,
            series=series,
            number=place,
            order=order,
            dosing_record=record,
            scheduled_for=at - timedelta(minutes=10),
            state=State.DOSING.value if live else State.SIGNED.value,
            created_at=at - timedelta(days=1),
            created_by=nurse,
            checked_in_at=at - timedelta(minutes=10),
            first_dose_at=at,
            ended_at=None if live else at + timedelta(minutes=130),
        )
        batch.add(session)
        self._room(session, number, batch)
        if live or self.now - at < RECENT:
            self._course(session, nurse, at, batch, live)
        if not live:
            batch.signed.append(session)
        return session

    def _dose(self, patient, order, nurse, at: datetime, batch: Batch, live: bool) -> DosingRecord:
        lot = self.clinic.lot(order.route, self.chance.randrange(1000))
        dose, chance = order.dose_mg, self.chance.random()
        is_late, is_open, is_above = chance < 0.02, 0.02 <= chance < 0.03, 0.03 <= chance < 0.04
        waste = Decimal(5) if chance > 0.5 and order.route in ("IV", "IM", "SC") else Decimal(0)
        given = dose + (Decimal(5) if is_above else Decimal(0))
        drawn = given + waste + (Decimal(10) if is_open else Decimal(0))
        reviewed = self.now - at > timedelta(days=30) and chance > 0.01
        record = DosingRecord(
            practice=self.clinic.practice,
            patient=patient,
            order=order,
            route=order.route,
            product=lot.product,
            ordered_mg=dose,
            first_dose_at=at,
            last_dose_at=at,
            dosing_ended_at=at + timedelta(minutes=40),
            first_dose_mg=given,
            drawn_mg=drawn,
            given_mg=given,
            wasted_mg=waste,
            lot_numbers=f" {lot.lot_number} ",
            staff_ids=f" {nurse.pk} ",
            has_late_entry=is_late,
            has_open_remainder=is_open,
            is_above_order=is_above,
            is_limit_overridden=chance > 0.97,
            reviewed_at=at + timedelta(days=3) if reviewed and not live else None,
        )
        batch.add(record)
        self._account(record, lot, nurse, at, batch, is_late)
        return record

    def _account(self, record, lot, nurse, at, batch: Batch, is_late: bool) -> None:
        stamp = _stamp(nurse, at, "Tablet was charging" if is_late else "")
        draw = batch.add(
            Draw(
                dosing_record=record,
                lot=lot,
                drawn_mg=record.drawn_mg,
                given_mg=record.given_mg,
                wasted_mg=record.wasted_mg,
                outstanding_mg=record.drawn_mg - record.given_mg - record.wasted_mg,
                drawn_at=at,
                recorded_at=at,
                drawn_by=nurse,
                closed_at=None if record.has_open_remainder else at + timedelta(minutes=5),
            )
        )
        self._take(lot, draw, stamp, batch)
        dose = batch.add(
            Administration(
                dosing_record=record,
                draw=draw,
                number=1,
                route=record.route,
                planned_mg=record.given_mg,
                site="left arm",
                given_by=nurse,
                **stamp,
            )
        )
        batch.add(AdministrationEnd(administration=dose, how="completed", given_mg=record.given_mg, **stamp))

    def _take(self, lot, draw: Draw, stamp: dict, batch: Batch) -> None:
        """From container after container, one movement for each."""
        waiting, left = self.clinic.containers[lot.pk], draw.drawn_mg
        while left:
            container = waiting[0]
            part = min(left, container.balance_mg)
            batch.add(_drawn(lot, container, part, draw, stamp))
            left -= part
            if not container.balance_mg:
                waiting.pop(0)

    def _room(self, session, number: int, batch: Batch) -> None:
        for role, duty in ((Role.PRESCRIBER, "prescriber"), (Role.NURSE, "monitor"), (Role.THERAPIST, "therapist")):
            member = self.clinic.one(role, number)
            at = session.checked_in_at
            batch.add(RosterEntry(session=session, membership=member, duty=duty, joined_at=at, added_by=member))

    def _course(self, session, nurse, at: datetime, batch: Batch, live: bool) -> None:
        for minute in (-5, 10, 20) if live else (-5, 10, 20, 30, 45, 60, 90, 120):
            moment = at + timedelta(minutes=minute)
            batch.add(
                VitalReading(
                    session=session,
                    phase="baseline" if minute < 0 else "monitoring",
                    systolic_mmhg=110 + self.chance.randrange(30),
                    diastolic_mmhg=65 + self.chance.randrange(20),
                    heart_rate_bpm=60 + self.chance.randrange(30),
                    spo2_pct=95 + self.chance.randrange(5),
                    respiratory_rate=12 + self.chance.randrange(6),
                    moaas=5,
                    **_stamp(nurse, moment),
                )
            )
        text = "Lies quietly with music."
        batch.add(Observation(session=session, what="comfort", text=text, **_stamp(nurse, at + timedelta(minutes=15))))
        path = PATH[:4] if live else PATH
        for place, state in enumerate(path):
            moment = at + timedelta(minutes=10 * (place - 4))
            earlier = path[place - 1].value if place else ""
            batch.add(
                SessionTransition(session=session, from_state=earlier, to_state=state.value, **_stamp(nurse, moment))
            )


def _drawn(lot, container, part_mg: Decimal, draw: Draw, stamp: dict) -> StockMovement:
    before, inside = lot.balance_mg, container.balance_mg
    lot.balance_mg, lot.movements = before - part_mg, lot.movements + 1
    container.balance_mg, container.movements = inside - part_mg, container.movements + 1
    container.opened_at = container.opened_at or draw.drawn_at
    return StockMovement(
        lot=lot,
        number=lot.movements,
        what=StockMovement.What.DRAW,
        change_mg=-part_mg,
        before_mg=before,
        after_mg=lot.balance_mg,
        container=container,
        container_number=container.movements,
        container_before_mg=inside,
        container_after_mg=container.balance_mg,
        draw=draw,
        **stamp,
    )


def _stamp(nurse, moment: datetime, late_reason: str = "") -> dict:
    recorded_at = moment + timedelta(minutes=30 if late_reason else 0)
    return {
        "occurred_at": moment,
        "recorded_at": recorded_at,
        "recorded_by": nurse,
        "recorded_as": Role.NURSE.value,
        "late_reason": late_reason,
    }
