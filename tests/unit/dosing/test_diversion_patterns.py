"""Each sign of diversion on both sides of each of its limits, by itself (KAP-DIV-*)."""

import ast
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import dosing.diversion
from dosing.diversion import (
    PATTERNS,
    AccessFact,
    AuditFact,
    CorrectionFact,
    DoseFact,
    Facts,
    Pattern,
    ReportDay,
    WasteFact,
    watch,
)
from dosing.diversion.findings import GRAVITY
from dosing.diversion.tails import binomial_tail, poisson_tail

ZONE = ZoneInfo("America/New_York")
START = datetime(2026, 6, 4, tzinfo=ZONE)  # a Thursday
DAY = ReportDay(START, START + timedelta(days=1))
NEXT_DAY = ReportDay(DAY.end, DAY.end + timedelta(days=1))
NOON = START + timedelta(hours=12)
GIVERS = ["ann", "ben", "cas", "dee"]
WITNESSES = ["una", "vic", "wim", "xan"]


def minutes(number):
    return timedelta(minutes=number)


def dose(at=NOON, record="r1", giver="ann", wasted=0, returned=0, **more):
    given = Decimal(50)
    drawn = given + Decimal(wasted) + Decimal(returned)
    values = {
        "record_id": record,
        "session_id": record,
        "giver_id": giver,
        "verifier_id": None,
        "recorded_by_id": giver,
        "occurred_at": at,
        "recorded_at": at + minutes(2),
        "drawn_at": at - minutes(5),
        "lot_id": "lot",
        "planned_mg": given,
        "given_mg": given,
        "drawn_mg": drawn,
        "wasted_mg": Decimal(wasted),
        "returned_mg": Decimal(returned),
        "outstanding_mg": Decimal(0),
        "ledger_drawn_mg": drawn,
        "roster_ids": frozenset({giver, "therapist"}),
        "first_vitals_at": at + minutes(10),
        "route": "IM",
    }
    return DoseFact(**{**values, **more})


def waste(at=NOON, record="r1", giver="ann", witness="una", **more):
    values = {
        "remainder_id": f"left of {record} {at}",
        "record_id": record,
        "giver_id": giver,
        "recorded_by_id": giver,
        "witness_id": witness,
        "amount_mg": Decimal(5),
        "occurred_at": at,
        "recorded_at": at + minutes(2),
    }
    return WasteFact(**{**values, **more})


def correction(change, at=NOON, row="c1", by="ann"):
    return CorrectionFact(
        row_id=row, lot_id="lot", by_id=by, change_mg=Decimal(change), occurred_at=at, reason_code="count"
    )


def access(what, at, by="boss", about="ann"):
    return AccessFact(row_id="a1", at=at, by_id=by, about_id=about, what=what)


def found(pattern, facts, day=DAY):
    """What this pattern says of facts in which no other pattern sees anything."""
    others = [finding for finding in watch(facts, day) if finding.pattern != pattern]
    assert others == []
    return PATTERNS[pattern](facts, day)


def of_one(pattern, *doses, day=DAY):
    return len(found(pattern, Facts(doses=doses), day))


# --- one dose ---


@pytest.mark.parametrize(("drawn_after", "findings"), [(-5, 0), (0, 0), (1, 1)])
def test_dose_before_withdrawal(drawn_after, findings):
    assert of_one(Pattern.DOSE_BEFORE_WITHDRAWAL, dose(drawn_at=NOON + minutes(drawn_after))) == findings


@pytest.mark.parametrize(("roster", "findings"), [({"ann", "ben"}, 0), ({"ben"}, 1), (set(), 1)])
def test_giver_off_roster(roster, findings):
    assert of_one(Pattern.GIVER_OFF_ROSTER, dose(roster_ids=frozenset(roster))) == findings


@pytest.mark.parametrize(
    ("due", "read_after", "findings"),
    [
        (10, 10, 0),
        (10, 15, 0),
        (10, 16, 1),
        (10, None, 1),
        (0, 15, 0),  # a schedule that wants it sooner does not make the watch stricter
        (0, 16, 1),
        (40, 16, 0),
        (40, 45, 0),
        (40, 46, 1),
    ],
)
def test_no_vitals(due, read_after, findings):
    read = None if read_after is None else NOON + minutes(read_after)
    assert of_one(Pattern.NO_VITALS, dose(first_vitals_at=read, vitals_due_min=due)) == findings


@pytest.mark.parametrize(("before_midnight", "today"), [(15, 0), (16, 1)])
def test_a_reading_is_missed_only_once_its_time_has_passed(before_midnight, today):
    one = dose(DAY.end - minutes(before_midnight), first_vitals_at=None)
    assert of_one(Pattern.NO_VITALS, one) == today
    assert of_one(Pattern.NO_VITALS, one, day=NEXT_DAY) == 1


@pytest.mark.parametrize(
    ("change", "findings"),
    [
        ({}, 0),
        ({"ledger_drawn_mg": Decimal("50.00")}, 0),
        ({"ledger_drawn_mg": Decimal("50.01")}, 1),
        ({"ledger_drawn_mg": Decimal("49.99")}, 1),
        ({"given_mg": Decimal("49.9")}, 1),
        ({"given_mg": Decimal("45"), "wasted_mg": Decimal("3"), "returned_mg": Decimal("2")}, 0),
        ({"given_mg": Decimal("45"), "outstanding_mg": Decimal("5")}, 0),
        ({"given_mg": Decimal("45"), "ledger_drawn_mg": Decimal("51")}, 2),
    ],
)
def test_ledger_mismatch(change, findings):
    assert of_one(Pattern.LEDGER_MISMATCH, dose(**change)) == findings


@pytest.mark.parametrize(("hours_before_end", "findings"), [(24, 0), (25, 1)])
def test_a_rest_stays_open_for_more_than_a_day(hours_before_end, findings):
    left = {"given_mg": Decimal(45), "outstanding_mg": Decimal(5)}
    assert of_one(Pattern.LEDGER_MISMATCH, dose(DAY.end - timedelta(hours=hours_before_end), **left)) == findings


# --- corrections, access, audit ---


@pytest.mark.parametrize(("change", "findings"), [("-20", 0), ("-20.001", 1), ("80", 0)])
def test_one_large_correction(change, findings):
    facts = Facts(corrections=[correction(change)])
    assert len(found(Pattern.DOWNWARD_CORRECTION, facts)) == findings


@pytest.mark.parametrize(
    ("first", "days_before", "by", "counts"),
    [("-1", 30, "ann", [2]), ("-1", 31, "ann", []), ("-1", 3, "ben", []), ("1", 3, "ann", []), ("0", 3, "ann", [])],
)
def test_repeated_corrections_of_one_person(first, days_before, by, counts):
    rows = [correction("-2"), correction(first, NOON - timedelta(days=days_before), row="c0", by=by)]
    findings = found(Pattern.DOWNWARD_CORRECTION, Facts(corrections=rows))
    assert [finding.count for finding in findings] == counts


def test_a_third_correction_is_a_sign_of_its_own():
    rows = [correction("-2", NOON - timedelta(days=number), row=f"c{number}") for number in (0, 9, 18)]
    findings = found(Pattern.DOWNWARD_CORRECTION, Facts(corrections=rows))
    assert [finding.count for finding in findings] == [2, 3]
    assert len({finding.first_id for finding in findings}) == 2


@pytest.mark.parametrize("what", ["role_granted", "factor_reset", "password_reset"])
@pytest.mark.parametrize(("minutes_before", "findings"), [(0, 1), (24 * 60, 1), (24 * 60 + 1, 0), (-3, 0)])
def test_dose_after_a_grant_or_reset(what, minutes_before, findings):
    facts = Facts(doses=[dose()], access=[access(what, NOON - minutes(minutes_before))])
    assert len(found(Pattern.ACCESS_CHANGE, facts)) == findings


def test_access_change_counts_what_the_person_gave_or_recorded():
    doses = [dose(), dose(NOON + minutes(30), "r2", "ben", recorded_by_id="ann"), dose(NOON, "r3", "ben")]
    [finding] = found(Pattern.ACCESS_CHANGE, Facts(doses=doses, access=[access("factor_reset", NOON - minutes(1))]))
    assert (finding.about_id, finding.record_id, finding.count) == ("ann", "r1", 2)


@pytest.mark.parametrize(
    ("what", "by", "minutes_before", "findings"),
    [
        ("roster_changed", "ann", 60, 1),
        ("roster_changed", "ann", 61, 0),
        ("roster_changed", "ann", -1, 0),
        ("roster_changed", "boss", 5, 0),
        ("role_taken", "boss", 5, 0),
    ],
)
def test_roster_changed_by_the_giver(what, by, minutes_before, findings):
    facts = Facts(doses=[dose()], access=[access(what, NOON - minutes(minutes_before), by=by)])
    assert len(found(Pattern.ACCESS_CHANGE, facts)) == findings


@pytest.mark.parametrize("what", ["chain_broken", "trigger_missing", "signature_altered", "anchor_missing", "other"])
def test_audit_interference_is_told_once_a_day(what):
    faults = [AuditFact(at=NOON, what=what), AuditFact(at=NOON + minutes(5), what=what)]
    [finding] = found(Pattern.AUDIT_INTERFERENCE, Facts(audit=faults))
    assert (finding.count, finding.about_id) == (2, None)


# --- habits ---


def month(givers=GIVERS, each=20, days=28, **wasted):
    """`each` doses of every giver in the days before NOON: 4 to 6 mg of 54 to 56 wasted, or what is said by giver."""
    return [
        dose(NOON - timedelta(days=number * days / each), f"{giver} {number}", giver, wasted.get(giver, 4 + number % 3))
        for giver in givers
        for number in range(each)
    ]


@pytest.mark.parametrize(
    ("doses", "findings"),
    [
        (month(), []),
        (month(ann=8), []),  # 4.7 points above what is usual
        (month(ann=9), ["ann"]),  # 6.2 points above
        (month(ann=12), ["ann"]),
        (month(ann=12, each=15), ["ann"]),
        (month(ann=12, each=14), []),
        (month(["ann", "ben", "cas"], ann=12), ["ann"]),
        (month(["ann", "ben"], ann=12), []),
        (month(ann=12, ben=12), ["ann", "ben"]),
    ],
)
def test_waste_ratio(doses, findings):
    assert [finding.about_id for finding in found(Pattern.WASTE_RATIO, Facts(doses=doses))] == findings


def test_waste_is_compared_within_a_route():
    """Whoever gives infusions only, of which everybody wastes much, does not stand out."""
    infusions = month(["ann"], each=20, ann=20) + month(["ben", "cas", "dee"], each=6, ben=20, cas=20, dee=20)
    doses = month(["ben", "cas", "dee"]) + [
        replace(one, record_id=f"iv {one.record_id}", route="IV") for one in infusions
    ]
    assert found(Pattern.WASTE_RATIO, Facts(doses=doses)) == []
    as_one_route = [replace(one, route="") for one in doses]
    assert [one.about_id for one in found(Pattern.WASTE_RATIO, Facts(doses=as_one_route))] == ["ann"]


def test_waste_is_told_once_in_a_stretch_of_thirty_days():
    facts = Facts(doses=month(ann=14))
    identities = set()
    for later in range(10):
        day = ReportDay(DAY.start + timedelta(days=later), DAY.end + timedelta(days=later))
        identities |= {finding.first_id for finding in PATTERNS[Pattern.WASTE_RATIO](facts, day)}
    assert 1 <= len(identities) <= 2


def wastes(own, days=20, per_day=3):
    """Every day each giver wastes; the four witnesses take turns, but Ann's are watched by whom `own` says."""
    turn, numbers = count(), count()
    found_witness = {"ann": own}
    return [
        waste(
            NOON - timedelta(days=back),
            f"w{next(numbers)}",
            giver,
            found_witness.get(giver, lambda _, turned: turned)(back, WITNESSES[next(turn) % 4]),
        )
        for back in range(days)
        for giver in GIVERS
        for _ in range(per_day)
    ]


@pytest.mark.parametrize(
    ("own", "days", "findings"),
    [
        (lambda back, turned: turned, 20, 0),
        (lambda back, turned: "una", 20, 1),
        (lambda back, turned: "una", 8, 1),
        (lambda back, turned: "una", 7, 0),
        (lambda back, turned: "una" if back % 5 < 2 else turned, 20, 0),  # more often, as friends of a shift do
        (lambda back, turned: "una" if back % 5 < 4 else turned, 20, 1),
    ],
)
def test_witness_pair(own, days, findings):
    pairs = found(Pattern.WITNESS_PAIR, Facts(wastes=wastes(own, days)))
    assert [(finding.about_id, finding.record_id) for finding in pairs] == [("ann", None)] * findings


def test_a_shared_shift_explains_a_pair():
    """Una is the only witness there on the days on which Ann works: everybody's wastes are hers."""
    turned = wastes(lambda back, turned: turned, 40)
    is_anns_day = {row.remainder_id: row.occurred_at.day % 2 for row in turned}
    rows = [
        replace(row, witness_id="una") if is_anns_day[row.remainder_id] else row
        for row in turned
        if is_anns_day[row.remainder_id] or row.giver_id != "ann"
    ]
    assert found(Pattern.WITNESS_PAIR, Facts(wastes=rows)) == []
    elsewhere = [
        row if row.giver_id == "ann" else replace(row, witness_id=WITNESSES[place % 4])
        for place, row in enumerate(rows)
    ]
    assert [finding.about_id for finding in found(Pattern.WITNESS_PAIR, Facts(wastes=elsewhere))] == ["ann"]


def test_the_only_witness_of_a_small_practice_is_no_sign():
    rows = [replace(row, witness_id="una") for row in wastes(lambda back, turned: turned)]
    assert found(Pattern.WITNESS_PAIR, Facts(wastes=rows)) == []


def test_two_who_witness_for_each_other_because_there_is_nobody_else():
    """What a third person gave was recorded by one of the two, so that the other had to witness it."""
    rows = wastes(lambda back, turned: turned)
    other = {"ann": "ben", "ben": "ann"}
    pair = [replace(row, witness_id=other[row.giver_id]) for row in rows if row.giver_id in other]
    third = [
        replace(row, recorded_by_id=["ann", "ben"][place % 2], witness_id=["ben", "ann"][place % 2])
        for place, row in enumerate(row for row in rows if row.giver_id not in other)
    ]
    assert found(Pattern.WITNESS_PAIR, Facts(wastes=[*pair, *third])) == []


def test_each_waste_without_witness_is_a_sign():
    findings = found(Pattern.WITNESS_PAIR, Facts(wastes=[waste(), waste(record="r2", witness=None)]))
    assert [(finding.about_id, finding.record_id) for finding in findings] == [("ann", "r2")]


def week(late, after=16, each=15, others_late=(0, 0, 0), days=4):
    """`each` sessions of every giver since Monday, of which Ann wrote the first `late` down `after` minutes late."""
    return [
        dose(at, f"{giver} {number}", giver, recorded_at=at + minutes(after if number < is_late else 2))
        for giver, is_late in zip(GIVERS, [late, *others_late], strict=True)
        for number in range(each)
        for at in [NOON - timedelta(days=number * (days - 1) / each)]
    ]


@pytest.mark.parametrize(
    ("doses", "findings"),
    [
        (week(0), []),
        (week(3), []),
        (week(4), ["ann"]),
        (week(4, after=15), []),
        (week(4, each=60, others_late=[2, 2, 2]), []),  # four of sixty is nothing out of the way
        (week(5, others_late=[3, 3, 3]), []),  # the network was down: everybody was late
        (week(5, others_late=[5, 0, 0]), ["ann", "ben"]),  # two together do not excuse each other
    ],
)
def test_late_entries(doses, findings):
    assert [finding.about_id for finding in found(Pattern.LATE_ENTRIES, Facts(doses=doses))] == findings


def test_late_dose_and_waste_of_one_session_count_once():
    doses = week(3)
    late = [waste(one.occurred_at, one.record_id, recorded_at=one.recorded_at) for one in doses if is_late(one)]
    assert len(late) == 3
    assert found(Pattern.LATE_ENTRIES, Facts(doses=doses, wastes=late)) == []


def is_late(one):
    return one.recorded_at - one.occurred_at > minutes(15)


def test_last_weeks_cluster_is_not_told_again_on_monday():
    facts = Facts(doses=week(5))
    monday = ReportDay(DAY.start + timedelta(days=4), DAY.end + timedelta(days=4))
    assert monday.start.weekday() == 0
    assert found(Pattern.LATE_ENTRIES, facts, monday) == []


# --- the report ---

SIGNS = {
    Pattern.DOSE_BEFORE_WITHDRAWAL: Facts(doses=[dose(drawn_at=NOON + minutes(1))]),
    Pattern.GIVER_OFF_ROSTER: Facts(doses=[dose(roster_ids=frozenset())]),
    Pattern.NO_VITALS: Facts(doses=[dose(first_vitals_at=None)]),
    Pattern.LEDGER_MISMATCH: Facts(doses=[dose(ledger_drawn_mg=Decimal(60))]),
    Pattern.DOWNWARD_CORRECTION: Facts(corrections=[correction("-30")]),
    Pattern.ACCESS_CHANGE: Facts(doses=[dose()], access=[access("password_reset", NOON - minutes(9))]),
    Pattern.AUDIT_INTERFERENCE: Facts(audit=[AuditFact(at=NOON, what="chain_broken")]),
    Pattern.WASTE_RATIO: Facts(doses=month(ann=14)),
    Pattern.WITNESS_PAIR: Facts(wastes=wastes(lambda back, turned: "una")),
    Pattern.LATE_ENTRIES: Facts(doses=week(5)),
}
in_each_sign = pytest.mark.parametrize(("pattern", "facts"), SIGNS.items(), ids=lambda value: str(value)[:24])


@in_each_sign
def test_the_next_day_knows_the_finding_again(pattern, facts):
    [today], [tomorrow] = found(pattern, facts), found(pattern, facts, NEXT_DAY)
    assert today.first_id == tomorrow.first_id
    assert (today.day_start, tomorrow.day_start) == (DAY.start, NEXT_DAY.start)


@in_each_sign
def test_the_same_facts_in_utc_are_the_same_finding(pattern, facts):
    in_utc = replace(
        facts,
        doses=[replace(one, occurred_at=one.occurred_at.astimezone(UTC)) for one in facts.doses],
        wastes=[replace(row, occurred_at=row.occurred_at.astimezone(UTC)) for row in facts.wastes],
        audit=[replace(fault, at=fault.at.astimezone(UTC)) for fault in facts.audit],
    )
    assert found(pattern, in_utc) == found(pattern, facts)


@in_each_sign
def test_words_are_one_sentence_that_names_nobody(pattern, facts):
    [finding] = found(pattern, facts)
    assert finding.words.endswith(".")
    assert ". " not in finding.words
    assert not any(name in finding.words for name in [*GIVERS, *WITNESSES, "boss", "r1", "lot "])


@in_each_sign
def test_what_is_recorded_later_is_not_known_yet(pattern, facts):
    day_before = ReportDay(DAY.start - timedelta(days=80), DAY.end - timedelta(days=80))
    assert watch(facts, day_before) == []


def test_the_gravest_comes_first():
    doses = [dose(first_vitals_at=None), dose(record="r2", ledger_drawn_mg=Decimal(60))]
    facts = Facts(doses=doses, corrections=[correction("-30")], audit=[AuditFact(at=NOON, what="chain_broken")])
    patterns = [finding.pattern for finding in watch(facts, DAY)]
    assert patterns == ["AUDIT_INTERFERENCE", "LEDGER_MISMATCH", "DOWNWARD_CORRECTION", "NO_VITALS"]
    assert set(PATTERNS) == set(Pattern) == set(GRAVITY)


def test_a_day_that_was_skipped_is_caught_up():
    assert [finding.record_id for finding in watch(SIGNS[Pattern.NO_VITALS], NEXT_DAY)] == ["r1"]


def test_a_quiet_practice_finds_nothing():
    quiet = Facts(
        doses=month() + week(1),
        wastes=wastes(lambda back, turned: turned),
        corrections=[correction("4"), correction("-2", row="c2")],
        access=[access("role_taken", NOON), access("roster_changed", NOON - minutes(5))],
    )
    assert watch(quiet, DAY) == []
    assert watch(Facts(), DAY) == []


# --- tails ---


@pytest.mark.parametrize(
    ("number", "expected", "tail"),
    [
        (0, 3.0, 1.0),
        (1, 0.0, 0.0),
        (1, 1.0, 0.632120559),
        (4, 0.5, 0.001751623),
        (50, 20.0, 1.2458926e-8),
        (3, 60.0, 1.0),
    ],
)
def test_poisson_tail(number, expected, tail):
    assert poisson_tail(number, expected) == pytest.approx(tail, rel=1e-6)


@pytest.mark.parametrize(
    ("number", "trials", "chance", "tail"),
    [
        (0, 5, 0.1, 1.0),
        (5, 5, 0.5, 1 / 32),
        (1, 2, 0.5, 0.75),
        (3, 10, 0.1, 0.0701908264),
        (6, 5, 0.5, 0.0),
        (1, 5, 0.0, 0.0),
        (5, 5, 1.0, 1.0),
    ],
)
def test_binomial_tail(number, trials, chance, tail):
    assert binomial_tail(number, trials, chance) == pytest.approx(tail)


# --- the package ---


def test_the_watch_is_pure():
    """No Django, no clock."""
    for path in Path(dosing.diversion.__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text())
        names = {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert not names & {"django", "time", "celery"}, path.name
        asked = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not asked & {"now", "utcnow", "today"}, path.name
