"""J5 and F17: two people on one infusion, a network that drops; a device loses no entry and shows none to others."""

import contextlib
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.builders.accounts import PASSWORD, SECRET
from tests.journeys.conftest import FLAGS, built_clinic
from tests.journeys.pages import Looker
from tests.journeys.people import Someone, next_code, visitors
from tests.journeys.travelling import TravellingStack

CANARY = "Quillfeather-on-disk"
READY = "html[data-offline-ready]"
# What a browser complains of when there is no network, or when the server fails as the journey asked it to.
FORGIVEN = ("ERR_INTERNET_DISCONNECTED", "status of 500", "Status Error Code 500")
SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}


@pytest.fixture(scope="module")
def cut_off():
    """A web server that can go away, or fail, with a clock that moves."""
    with built_clinic("offline_clinic", TravellingStack) as stack:
        yield stack


@pytest.fixture
def person(cut_off, chromium, shots):
    cut_off.travel(minutes=1)  # a code for the sign-in that nobody has used yet
    with visitors(cut_off, chromium, shots, forgiven=FORGIVEN) as sign_in:
        yield sign_in


def on_cockpit(someone: Someone, path: str) -> Someone:
    """The page with everything that it needs to go on without network."""
    someone.go(path).page.wait_for_selector(READY, state="attached")
    someone.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    return someone


def waiting(someone: Someone):
    return someone.page.locator("[data-offline-count]")


def all_is_sent(someone: Someone) -> None:
    someone.page.wait_for_selector(f"{READY}[data-pending='0']", state="attached", timeout=30_000)
    expect(waiting(someone)).to_be_hidden()


def readings(stack, session: str) -> list[tuple]:
    """Systolic values with their times, as stored, in the order they were recorded."""
    key = session if stack.environment["DATABASE_OWNER_URL"] else session.replace("-", "")
    columns = "systolic_mmhg, occurred_at, recorded_at, late_reason"
    return stack.sql(f"SELECT {columns} FROM sessions_app_vitalreading WHERE session_id = '{key}' ORDER BY recorded_at")


def say(words: str) -> None:
    sys.stdout.write(f"\n{words}\n")


def save(someone: Someone, **values) -> Someone:
    return someone.fill(**values).press("Save the reading")


def test_j5_two_people_on_one_infusion_and_the_network_drops(cut_off, person):
    nurse, prescriber, path = person("nurse"), person("prescriber"), f"/sessions/{cut_off.made['arrived']}/"
    nurse.go(f"{path}dose/").fill(lot="KX-91", drawn_amount="0.7", given_amount="0.7", diluent="NS")
    nurse.fill(final_volume_ml="50", duration_min="40", given_by="Nurse")
    dose_waits_for_the_network(nurse)
    nurse.press("Record the dose")
    on_cockpit(nurse, path).sees("Infusion running")
    on_cockpit(prescriber, path).sees("Infusion running")
    save(nurse, systolic_mmhg="126", diastolic_mmhg="80", spo2_pct="97").sees("126/80")
    prescriber.sees("126/80")
    second = prescriber.context.new_page()
    second.goto(f"{cut_off.url}{path}")
    second.get_by_role("link", name="Pause or rate").click()
    second.locator("[name=what][value=rate]").check(force=True)
    second.fill("[name=pump_ml_per_h]", "60")
    second.fill("[name=reason]", "Pressure rises slowly")
    second.get_by_role("button", name="Record the change").click()
    expect(second.locator("#timeline")).to_contain_text("to 60 mL/h")
    for each in (nurse, prescriber):
        expect(each.page.locator("#timeline")).to_contain_text("Pressure rises slowly", timeout=8_000)
    nurse.page.wait_for_selector(READY, state="attached")
    nurse.context.set_offline(True)
    for systolic in ("131", "137"):
        save(nurse, systolic_mmhg=systolic, diastolic_mmhg="82")
    expect(waiting(nurse)).to_have_text("2 pending")
    expect(nurse.page.locator("[data-offline-list] [data-state=pending]")).to_have_count(2)
    nurse.shot("offline-cockpit")
    fits_and_reads_well(nurse)
    sent_from = time.time()
    nurse.context.set_offline(False)
    expect(nurse.page.locator("[data-offline-list] [data-state=saved]")).to_have_count(2, timeout=12_000)
    expect(waiting(nurse)).to_be_hidden()
    for each in (nurse, prescriber):
        expect(each.page.locator("#readings")).to_contain_text("137/82", timeout=8_000)
        expect(each.page.locator("#timeline")).to_contain_text("late-synced: Entered offline on this device, sent")
    stored = [row for row in readings(cut_off, cut_off.made["arrived"]) if row[0] in (131, 137)]
    assert [row[0] for row in stored] == [131, 137]
    assert all(str(row[1]) < str(row[2]) for row in stored), "the time of the entry, not of its arrival"
    took = time.time() - sent_from
    say(f"J5: entered 2, stored {len(stored)}, duplicates {len(stored) - 2}, {took:.1f} s after the network was back")
    spo2_is_critical(nurse, prescriber, path)
    half_an_hour_without_network(cut_off, nurse, path)


# Minutes after the one before, the kind of entry, and what is typed: everything that a nurse enters beside the patient.
CUT = (
    (0, "infusion_change", {"administration_id": "Dose 1", "what": "pause", "reason": "Too intense"}),
    (0, "adverse_event", {"category": "dissociation", "grade": "2", "relatedness": "probable", "outcome": "ongoing"}
     | {"description": "Frightened", "action": "Infusion paused, hand offered"}),
    (10, "RASS", {"rating": "+1"}),
    (0, "room_entry", {"membership_id": "Therapist", "went": "out"}),
    (0, "infusion_change", {"administration_id": "Dose 1", "what": "resume", "reason": "Calm again"}),
    (10, "rescue_drug", {"drug": "Ondansetron", "dose": "4", "unit": "mg", "route": "By mouth", "reason": "Nausea"}
     | {"ordered_by_id": "Prescriber", "given_by_id": "Nurse"}),
    (0, "room_consent", {"about": "music", "is_given": "no"}),
    (10, "infusion_end", {"administration_id": "Dose 1", "how": "stopped", "reason": "Asked to stop"}),
    (0, "ALDRETE", dict.fromkeys(("activity", "respiration", "circulation", "consciousness", "oxygen"), "2")),
    (0, "observation", {"what": "words", "text": "Wants quiet"}),
)  # fmt: skip


def half_an_hour_without_network(cut_off, nurse: Someone, path: str) -> None:
    """F17: the page of the device takes every kind of entry; the sign-in ends meanwhile; all of it arrives once."""
    nurse.page.clock.install()
    nurse.context.set_offline(True)
    nurse.page.reload()
    nurse.page.wait_for_selector(READY, state="attached")
    for number, (minutes, what, values) in enumerate(CUT, start=1):
        if minutes:
            cut_off.travel(minutes=minutes)
            nurse.page.clock.fast_forward(minutes * 60_000)
        enter(nurse, what, values)
        expect(nurse.page.locator("[data-recorder=count]")).to_have_text(f"{number} pending")
    nurse.sees("Rescue drug", "Ondansetron · 4 · mg", "Too intense")
    nurse.shot("offline-recorder")
    fits_and_reads_well(nurse)
    nurse.context.set_offline(False)
    nurse.sees("Your sign-in has ended").again()
    all_is_sent(nurse)
    timeline = nurse.page.context.request.get(f"{nurse.url}/api/v1{path}timeline").json()["events"]
    late = [event for event in timeline if event["late_reason"].startswith("Entered offline")]
    mine = [event for event in late if event["kind"] not in ("reading", "transition")]  # the end moves the session on
    kinds = sorted(event["kind"] for event in mine)
    rows = sorted(KIND_OF.get(what, what) for _, what, _ in CUT)
    assert kinds == rows
    times = sorted(event["occurred_at"] for event in mine)
    lasted = datetime.fromisoformat(times[-1]) - datetime.fromisoformat(times[0])
    assert lasted >= timedelta(minutes=30), "each has the time at which it was typed"
    told = cut_off.sql("SELECT detail FROM common_auditevent WHERE action LIKE 'sessions.%' ORDER BY at")
    sent = [entry["offline"]["seq"] for (detail,) in told if "offline" in (entry := as_json(detail))]
    assert sent == sorted(set(sent)), "in the order they were typed"
    say(f"30 min cut, sign-in ended: entered {len(CUT)}, stored {len(mine)}, duplicates {len(mine) - len(CUT)}")


KIND_OF = {"infusion_end": "dose_end", "RASS": "scale", "ALDRETE": "scale"}


def as_json(detail) -> dict:
    return json.loads(detail) if isinstance(detail, str) else detail


def enter(someone: Someone, what: str, values: dict[str, str]) -> None:
    """Fill one form of the device's page and save it; choices by their value or the first with these words."""
    form = someone.page.locator(f"form[data-offline={what}]")
    form.evaluate("form => { form.closest('details').open = true }")
    for name, value in values.items():
        field = form.locator(f"[name={name}]")
        kind = field.first.evaluate("field => field.options ? 'select' : field.type")
        if kind == "select":
            options = field.locator("option").evaluate_all("all => all.map(one => [one.value, one.textContent])")
            field.select_option(next(code for code, words in options if value == code or value in words))
        elif kind == "radio":
            form.locator(f"[name={name}][value={value}]").check(force=True)
        else:
            field.fill(value)
    form.locator("button[type=submit]").click()
    expect(someone.page.locator("html.is-sending")).to_have_count(0)


def dose_waits_for_the_network(nurse: Someone) -> None:
    """A dose is checked against the server: the page says that it is not kept, and keeps what was typed."""
    nurse.page.wait_for_selector(READY, state="attached")
    nurse.context.set_offline(True)
    nurse.sees("This can only be recorded with network").press("Record the dose").sees("this was not sent")
    nurse.shot("offline-dose")
    assert nurse.page.locator("[name=final_volume_ml]").input_value() == "50"
    nurse.context.set_offline(False)
    expect(nurse.page.locator("[data-offline-away]")).to_be_hidden()


def spo2_is_critical(nurse: Someone, prescriber: Someone, path: str) -> None:
    """6. Critical in words, with its sign, for both; pinned on the chart, which a reload shows alike."""
    save(on_cockpit(nurse, path), spo2_pct="85", systolic_mmhg="128", diastolic_mmhg="79")
    for each in (nurse, prescriber):
        alarm = each.page.locator("#session-now").get_by_role("region", name="Critical, not answered yet (1)")
        expect(alarm.get_by_role("alert")).to_contain_text("Critical: SpO2", timeout=8_000)
        expect(alarm.locator("svg").first).to_be_visible()
        expect(alarm.get_by_role("button", name="Save the answer")).to_be_visible()
        expect(each.page.locator("#session-now")).not_to_contain_text("levated")
    chart = nurse.page.locator("figure.chart svg").first
    before = chart.inner_html()
    assert "1 readings with a critical value" in before
    nurse.page.reload()
    assert chart.inner_html() == before
    nurse.shot("offline-j5")


def launched(playwright, profile: Path):
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    return playwright.chromium.launch_persistent_context(
        str(profile), executable_path=program, args=FLAGS, viewport={"width": 390, "height": 844}
    )


def kill(profile: Path) -> None:
    """SIGKILL to the browser of this profile with all its processes, as when a tablet's battery ends."""
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"--user-data-dir={profile}".encode() in (place / "cmdline").read_bytes():
                os.kill(int(place.name), signal.SIGKILL)


class Tablet(Someone):
    """One person's browser with a profile that outlives it."""

    def __init__(self, context, stack):
        self.url, self.shots, self.now, self.complaints = stack.url, None, stack.now, []
        self.context, self.page = context, context.pages[0] if context.pages else context.new_page()
        self.page.set_default_timeout(8_000)


def on_disk(profile: Path, word: str) -> list[str]:
    found = []
    for path in profile.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            if any(word.encode(code) in content for code in ("utf-8", "utf-16-le")):
                found.append(str(path.relative_to(profile)))
    return found


def test_entries_outlive_browser_server_and_sign_in(cut_off, playwright):
    """F17: the browser is killed, the server is down and comes back, the sign-in has ended; all of it arrives once."""
    path, session = f"/sessions/{cut_off.made['dosed']}/", cut_off.made["dosed"]
    profile = Path(tempfile.mkdtemp(prefix="clinic-tablet-"))
    before = len(readings(cut_off, session))
    try:
        context = launched(playwright, profile)
        nurse = Tablet(context, cut_off).sign_in(cut_off.made["emails"]["nurse"], PASSWORD)
        on_cockpit(nurse, path)
        cut_off.end(cut_off.children[-1], force=True)
        nurse.unfold("Note, oxygen")
        save(nurse, systolic_mmhg="141", diastolic_mmhg="91", note=CANARY)
        expect(waiting(nurse)).to_have_text("1 pending")
        kill(profile)
        with contextlib.suppress(Exception):
            context.close()
        assert on_disk(profile, "clinic-offline"), "the queue is on the disk"
        assert on_disk(profile, CANARY) + on_disk(profile, "Family") == []
        context = launched(playwright, profile)
        nurse = Tablet(context, cut_off)
        nurse.page.goto(cut_off.url + path)
        nurse.page.wait_for_selector(READY, state="attached")
        nurse.sees("No network", "1 pending", CANARY, "BP 141/91")
        save(nurse, systolic_mmhg="142", diastolic_mmhg="92").sees("2 pending")
        nurse.page.locator("summary", has_text="Write an observation").click()
        nurse.page.select_option("#observation_what", "words")
        nurse.page.fill("#observation_text", f"{CANARY} said")
        nurse.press("Save the observation").sees("3 pending")
        cut_off.travel(minutes=20)
        cut_off.start_web()
        nurse.go("/").fill(email=cut_off.made["emails"]["nurse"], password=PASSWORD)
        assert nurse.page.url.startswith(f"{cut_off.url}/sign-in/"), "the sign-in has ended meanwhile"
        somebody_else_neither_sees_nor_sends(cut_off, nurse, session, before)
        nurse.sign_in(cut_off.made["emails"]["nurse"], PASSWORD)
        all_is_sent(nurse)
        nurse.go(path).sees("141/91", "142/92", f"{CANARY} said", "late-synced")
        rows = readings(cut_off, session)[before:]
        assert [row[0] for row in rows] == [141, 142], "in the order they were entered"
        say(f"killed browser and server: entered 3, stored {len(rows) + 1}, duplicates {len(rows) - 2}")
        kill(profile)
        assert on_disk(profile, CANARY) == []
    finally:
        kill(profile)
        shutil.rmtree(profile, ignore_errors=True)


def somebody_else_neither_sees_nor_sends(cut_off, tablet: Tablet, session: str, before: int) -> None:
    tablet.sign_in(cut_off.made["emails"]["second"], PASSWORD)
    tablet.page.wait_for_selector(READY, state="attached")
    expect(waiting(tablet)).to_be_hidden()
    tablet.go("/sessions/offline/").sees("Nothing waits", "0 pending").does_not_see(CANARY, "141/91")
    assert len(readings(cut_off, session)) == before
    tablet.go("/")
    tablet.page.wait_for_selector(READY, state="attached")
    sign_out(tablet)
    expect(tablet.page.get_by_text("You are signed out")).to_be_visible()


def fits_and_reads_well(someone: Someone) -> None:
    """Nothing that axe finds, in light and in dark, and as wide as a desk or a phone (R83)."""
    looker = Looker(someone.page)
    looker.look_here()
    assert looker.faults == []


def sign_out(someone: Someone) -> None:
    someone.page.locator("details.menu summary").click()
    someone.page.get_by_role("button", name="Sign out").click()


def test_what_is_not_taken_stays_until_it_is_corrected_or_discarded(cut_off, person):
    """Refused with the server's words, beside others that are taken; sign-out waits for both."""
    nurse, path = person("nurse"), f"/sessions/{cut_off.made['dosed']}/"
    on_cockpit(nurse, path)
    nurse.context.set_offline(True)
    for systolic, diastolic in (("90", "140"), ("151", "84"), ("95", "150")):
        save(nurse, systolic_mmhg=systolic, diastolic_mmhg=diastolic)
    expect(waiting(nurse)).to_have_text("3 pending")
    sign_out(nurse)
    nurse.sees("Not signed out yet", "3 entries on this device are not saved yet")
    nurse.page.get_by_role("button", name="Stay signed in").click()
    nurse.context.set_offline(False)
    expect(waiting(nurse)).to_have_text("2 not taken", timeout=12_000)
    sign_out(nurse)
    nurse.follow("Look at the entries that wait").sees("Diastolic pressure has to be below systolic", "not taken")
    nurse.shot("offline-refused")
    fits_and_reads_well(nurse)
    nurse.page.locator("[data-state=refused]").first.get_by_role("button", name=re.compile("Correct")).click()
    assert nurse.page.locator("#reading_systolic_mmhg").input_value() == "90"
    nurse.page.fill("#reading_systolic_mmhg", "190")
    nurse.press("Save the reading")
    expect(nurse.page.locator("[data-state=refused]")).to_have_count(1)
    nurse.page.locator("[data-state=refused]").get_by_role("button", name=re.compile("Discard")).click()
    nurse.page.get_by_label(re.compile("Why discard")).select_option("wrong")
    nurse.page.get_by_role("button", name=re.compile("Discard for good")).click()
    nurse.sees("Discarded; an audit row says so.", "0 pending")
    told = cut_off.sql("SELECT count(*) FROM common_auditevent WHERE action = 'sessions.discard_kept_entry'")
    assert told == [(1,)]
    assert {row[0] for row in readings(cut_off, cut_off.made["dosed"])} >= {190, 151}
    slow_or_failing(cut_off, on_cockpit(nurse, path))
    nurse.go("/").page.wait_for_selector(READY, state="attached")
    with nurse.page.expect_response("**/sign-out/") as answer:
        sign_out(nurse)
    assert answer.value.all_headers()["clear-site-data"] == '"cache", "storage"'
    expect(nurse.page.get_by_text("You are signed out")).to_be_visible()


def save_slowly(someone: Someone, **values) -> None:
    someone.fill(**values).page.get_by_role("button", name="Save the reading").click()
    expect(someone.page.locator("html.is-sending")).to_have_count(0, timeout=30_000)
    someone.page.wait_for_selector(READY, state="attached", timeout=30_000)


def slow_or_failing(cut_off, nurse: Someone) -> None:
    """F17: slow 3G; a server that answers with 500 before and after it stored; nothing is lost or doubled."""
    network = nurse.context.new_cdp_session(nurse.page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", SLOW_3G)
    save_slowly(nurse, systolic_mmhg="152", diastolic_mmhg="84")
    expect(nurse.page.locator("#readings")).to_contain_text("152/84", timeout=20_000)
    for number, (how, systolic) in enumerate((("before", "153"), ("after", "154")), start=1):
        cut_off.fail(how)
        save_slowly(nurse, systolic_mmhg=systolic, diastolic_mmhg="84")
        expect(waiting(nurse)).to_have_text(f"{number} pending", timeout=20_000)
    cut_off.fail()
    all_is_sent(nurse)
    network.detach()
    values = [row[0] for row in readings(cut_off, cut_off.made["dosed"])]
    stored = [value for value in values if value in (152, 153, 154)]
    assert sorted(stored) == [152, 153, 154]
    say(f"slow 3G and answers of 500: entered 3, stored {len(stored)}, duplicates {len(stored) - 3}")


def test_the_page_locks_when_the_sign_in_ends_and_gives_back_what_was_typed(cut_off, person):
    """R29: polling keeps nobody signed in; what was half typed comes back with its person."""
    nurse, path = person("nurse"), f"/sessions/{cut_off.made['dosed']}/"
    on_cockpit(nurse, path)
    nurse.fill(systolic_mmhg="161")
    cut_off.travel(minutes=16)
    expect(nurse.page.get_by_role("dialog", name="Your sign-in has ended")).to_be_visible(timeout=12_000)
    nurse.shot("offline-lock")
    nurse.page.get_by_role("dialog").get_by_role("link", name="Sign in again").click()
    nurse.page.wait_for_load_state()
    nurse.fill(email=nurse.email, password=PASSWORD).press("Sign in")
    nurse.fill(code=next_code(cut_off.url, nurse.email, SECRET, cut_off.now)).press("Sign in")
    nurse.page.wait_for_selector(READY, state="attached")
    assert nurse.page.url.endswith(path)
    assert nurse.page.locator("[name=systolic_mmhg]").input_value() == "161"


AGES_AGO = """() => new Promise((done) => {
  const asked = indexedDB.open("clinic-offline");
  asked.onsuccess = () => {
    const act = asked.result.transaction("meta", "readwrite");
    act.objectStore("meta").put({ id: "used", value: Date.now() - 16 * 60_000 });
    act.oncomplete = () => { asked.result.close(); done(true); };
  };
})"""


def test_without_network_an_idle_device_shows_nothing_and_still_records(cut_off, person):
    """R29: nobody can sign in then, so what is entered waits for its person to confirm it."""
    nurse, path = person("nurse"), f"/sessions/{cut_off.made['dosed']}/"
    on_cockpit(nurse, path)
    patient = nurse.page.locator("h1").inner_text()
    nurse.context.set_offline(True)
    save(nurse, systolic_mmhg="171", diastolic_mmhg="88").sees("1 pending")
    nurse.page.evaluate(AGES_AGO)
    expect(nurse.page.locator("[data-recorder=locked]")).to_be_visible(timeout=12_000)
    nurse.does_not_see(patient, "171/88").sees("session 1")
    nurse.shot("offline-locked")
    save(nurse, systolic_mmhg="172", diastolic_mmhg="89").sees(
        "once its person has signed in", "1 pending, 1 to confirm"
    )
    nurse.context.set_offline(False)
    nurse.sees(patient, "1 to confirm", "Send it if it is yours")
    expect(waiting(nurse)).to_have_text("1 to confirm")
    values = {row[0] for row in readings(cut_off, cut_off.made["dosed"])}
    assert (171 in values, 172 in values) == (True, False)
    nurse.page.get_by_role("button", name=re.compile("It is mine")).click()
    expect(waiting(nurse)).to_be_hidden(timeout=12_000)
    assert 172 in {row[0] for row in readings(cut_off, cut_off.made["dosed"])}
