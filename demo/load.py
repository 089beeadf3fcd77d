"""Puts the made-up practice together: half a year of sessions, and a board for today."""

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from common.clinical import Indication
from demo.calendar import Calendar
from demo.clinic import DemoClinic, fill_the_safe, open_demo_practice
from demo.life import ROUTES, live
from demo.measuring import own_protocol
from demo.messages import some_did_not_arrive
from demo.monitoring import own_settings
from demo.oversight import watch_over
from demo.questionnaires import go_on_writing, write_questionnaires
from demo.register import keep_the_register
from demo.rems import submit_rems_forms
from demo.silence import pause_somebody
from demo.story import run
from demo.today import todays_lives

INDICATIONS = (Indication.TRD,) * 14 + (Indication.PTSD,) * 10 + (Indication.ANX,) * 9 + (Indication.MDD,) * 5
INDICATIONS += (Indication.MDSI,) * 2
DAYS = 170


def load(seed: int, now: datetime, patients: int = 40) -> DemoClinic:
    """Everything, made through the actions the app itself uses. The same seed and moment give the same practice."""
    rng = Random(seed)  # noqa: S311  (made-up data)
    opened = now - timedelta(days=DAYS)
    clinic = open_demo_practice(opened)
    write_questionnaires(clinic, opened)
    fill_the_safe(clinic, opened + timedelta(hours=1), 0)
    own_protocol(clinic, opened + timedelta(minutes=90))
    clinic.alone_from = now - timedelta(days=12)
    calendar = Calendar(clinic.rooms[:3], clinic.practice.time_zone)
    clinic.later.append(_deliveries(clinic, opened))
    clinic.later.append(keep_the_register(clinic, opened, now))
    clinic.later.append(own_settings(clinic, opened))
    clinic.later.append(go_on_writing(clinic, opened))
    lives = [
        live(clinic, calendar, Random(rng.random()), number, plan, now)  # noqa: S311
        for number, plan in enumerate(_plans(rng, patients, opened, now))
    ]
    lives += todays_lives(clinic, Random(rng.random()), patients, now)  # noqa: S311
    run(lives, clinic.later, now)
    submit_rems_forms(clinic, now)
    people = [actor for actors in clinic.people.values() for actor in actors]
    pause_somebody(now, {actor.membership_id: actor for actor in people})
    some_did_not_arrive(now)
    watch_over(clinic, now)
    return clinic


def _deliveries(clinic: DemoClinic, opened: datetime):
    for month in (1, 2, 3, 4):
        at = opened + timedelta(days=38 * month, hours=2)
        yield at
        fill_the_safe(clinic, at, month)


def _plans(rng: Random, patients: int, opened: datetime, now: datetime) -> list[dict]:
    """When each patient begins, by which route and why; beginnings are spread over the half year."""
    indications, routes = list(INDICATIONS), list(ROUTES)
    rng.shuffle(indications)
    rng.shuffle(routes)
    plans = []
    for number in range(patients):
        indication = indications[number % len(indications)]
        route = routes[number % len(routes)]
        share = number / patients
        begins = opened + timedelta(days=1 + share * (DAYS - 30), hours=3 + rng.randint(0, 4))
        plans.append({"begins": begins, "route": route, "indication": indication, "sessions": 9})
    return plans


def local_day(moment: datetime, zone: str):
    return moment.astimezone(ZoneInfo(zone)).date()
