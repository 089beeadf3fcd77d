"""Somebody at a screen: signs in, fills forms by their names, and reads what the page says."""

import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect

from accounts.one_time_codes import STEP_SECONDS, code_at
from tests.builders import accounts
from tests.builders.accounts import SECRET

PASSWORD = "a lantern in the fog 7"
SECRETS: dict[str, str] = {}  # of those who set up an app of their own
USED: dict[tuple[str, str], int] = {}


def next_code(url: str, who: str, secret: str, now) -> str:
    """A code that this person has not used yet; each is taken once, so a third sign-in within a minute waits.

    Never one of the half minute before: it would be too old if the next began while the page is sent.
    """
    while True:
        step = int(now()) // STEP_SECONDS
        mine = max(USED.get((url, who), 0) + 1, step)
        if mine <= step + 1:
            USED[url, who] = mine
            return code_at(secret, mine)
        time.sleep(0.5)


class Someone:
    """One person with a browser of their own. `width` 390 is a phone; `scripts=False` a browser that runs none."""

    def __init__(
        self,
        chromium: Browser,
        url: str,
        width: int = 1440,
        shots: Path | None = None,
        now=time.time,
        scripts: bool = True,
    ):
        self.url, self.shots, self.now = url, shots, now
        size = {"width": width, "height": 900 if width > 600 else 844}
        self.context = chromium.new_context(viewport=size, reduced_motion="reduce", java_script_enabled=scripts)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(8_000)
        self.complaints: list[str] = []
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))

    def _listen(self, message) -> None:
        answered = "status of 4" in message.text or "Status Error Code 4" in message.text  # a refusal is an answer
        left = message.text.startswith("htmx:")  # leaving a page ends what it was asking for
        if message.type in ("error", "warning") and not (answered or left):
            self.complaints.append(f"{urlsplit(self.page.url).path}: {message.text}")

    def go(self, path: str) -> "Someone":
        self.page.goto(self.url + path if path.startswith("/") else path)
        return self

    def sign_in(self, email: str, password: str = PASSWORD) -> "Someone":
        self.email, self.password = email, password
        self.go("/sign-in/")
        self.fill(email=email, password=password).press("Sign in")
        if "/sign-in/code/" in self.page.url:
            self.fill(code=next_code(self.url, email, SECRETS.get(email, SECRET), self.now)).press("Sign in")
        return self

    def set_up_factor(self) -> "Someone":
        """Put an authenticator app in use, as everybody has to before anything else."""
        self.go("/account/factor/").fill(password=self.password).press("Set up")
        SECRETS[self.email] = self.page.locator("#factor-secret").inner_text()
        return (
            self.fill(code=next_code(self.url, self.email, SECRETS[self.email], self.now))
            .press("Use this app")
            .sees("recovery codes")
        )

    def again(self) -> "Someone":
        """Sign in anew after the idle limit ended the sign-in."""
        return self.sign_in(self.email, self.password)

    def stay_signed_in(self) -> "Someone":
        """Sign in again if the idle limit has ended the sign-in meanwhile."""
        self.go("/")
        return self.again() if "/sign-in/" in self.page.url else self

    def fill(self, **values) -> "Someone":
        """Fill fields by name: text, numbers and dates typed, choices picked, True ticks a box."""
        for name, value in values.items():
            self._fill_one(name, value)
        return self

    def _fill_one(self, name: str, value) -> None:
        fields = self.page.locator(f"main [name='{name}']:not([type=hidden])")
        first = fields.first
        kind = first.evaluate("e => e.tagName === 'SELECT' ? 'select' : e.type")
        if kind == "radio":
            self._tick(f"main [name='{name}'][value='{value}']")
        elif kind == "checkbox" and value is not True:
            for one in value if isinstance(value, list | tuple) else [value]:
                self._tick(f"main [name='{name}'][value='{one}']")
        elif kind == "checkbox":
            self._tick(f"main [name='{name}']")
        elif kind == "select":
            self._choose(first, str(value))
        else:
            first.fill(str(value))

    def _tick(self, selector: str) -> None:
        self.page.locator(selector).first.check(force=True)

    def _choose(self, select, words: str) -> None:
        """Pick the option whose value is `words`, or else the first whose text contains them."""
        options = select.locator("option").evaluate_all("os => os.map(o => [o.value, o.textContent])")
        value = next((v for v, _ in options if v == words), None) or next(v for v, text in options if words in text)
        select.select_option(value)

    def press(self, label: str) -> "Someone":
        """Press the button with these words in the main part of the page."""
        self.page.locator("main").get_by_role("button", name=label).first.click()
        expect(self.page.locator("html.is-sending")).to_have_count(0)  # kept, sent, and on its way to the next page
        self.page.wait_for_load_state()
        return self

    def tab(self, label: str) -> "Someone":
        """Follow a link with these words in the main part of the page, such as a tab of the chart."""
        self.page.locator("main").get_by_role("link", name=label).first.click()
        self.page.wait_for_load_state()
        return self

    def unfold(self, label: str) -> "Someone":
        """Open the part of the page that is folded away under these words."""
        self.page.locator("main summary", has_text=label).first.click()
        return self

    def follow(self, label: str) -> "Someone":
        """Follow the first link with these words."""
        self.page.get_by_role("link", name=label).first.click()
        self.page.wait_for_load_state()
        return self

    def fill_birth_date(self, day: str) -> "Someone":
        """The second step of a patient's link; `day` is YYYY-MM-DD."""
        parts = dict(zip(("year", "month", "day"), day.split("-"), strict=True))
        for name, value in parts.items():
            field = self.page.locator(f"main [name$='{name}']").first
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(str(int(value)))
            else:
                field.fill(str(int(value)))
        return self.press("Continue")

    def answer_page(self, choice: int = 0, item9: int = 0, number: int = 40) -> "Someone":
        """Answer every open question of one questionnaire page and send it; passes crisis help and the way to begin.

        `choice` is the position of the answer picked (yes/no questions get the first, "no"), `item9` that of the ninth
        question, `number` goes into number fields.
        """
        if self.page.locator("form[data-questionnaire]").count() == 0:
            return self._on_to_the_next_page("main a.btn, main button.btn")
        for place, question in enumerate(self.page.locator("fieldset.question:visible").all(), start=1):
            radios = question.locator("input[type=radio]")
            if radios.count():
                picked = item9 if place == 9 else choice if radios.count() > 3 else 0
                question.locator("label").nth(picked).click()
            else:
                question.locator("input[type=number]").fill(str(number))
        return self._on_to_the_next_page("main .step-nav button.btn-primary")

    def _on_to_the_next_page(self, selector: str) -> "Someone":
        """Click, and be on another page: what is asked next is asked of that one."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()
        return self

    def choose(self, **values: str) -> "Someone":
        """Touch the words beside a choice, as on a phone where the crisis numbers cover the end of the page."""
        for name, value in values.items():
            self.page.locator(f"main label:has([name='{name}'][value='{value}'])").click()
        return self

    def tell_day_before(self) -> "Someone":
        """The last part before a session: fasting, no medicine changed, an adult for the way home."""
        self.choose(will_fast="yes", medicines_changed="no", has_driver="yes")
        return self.fill(driver_name="Alex Driver", driver_phone="555 010 0188").press("Send")

    def sees(self, *texts: str) -> "Someone":
        for text in texts:
            expect(self.page.locator("body")).to_contain_text(text)
        return self

    def does_not_see(self, *texts: str) -> "Someone":
        for text in texts:
            expect(self.page.locator("body")).not_to_contain_text(text)
        return self

    def text(self) -> str:
        return self.page.locator("main").inner_text()

    def shot(self, name: str) -> "Someone":
        if self.shots:
            self.page.screenshot(path=self.shots / f"{name}.png", full_page=True)
        return self


@contextmanager
def visitors(stack, chromium: Browser, shots: Path | None = None, forgiven: tuple[str, ...] = ()):
    """Gives `sign_in(who, width=1440)` for the people of a clinic that `stack.made` names; each signs in once.

    At the end no page has complained of anything but of what is `forgiven`.
    """
    made: dict[tuple[str, int], Someone] = {}

    def sign_in(who: str, width: int = 1440) -> Someone:
        if (who, width) not in made:
            made[who, width] = Someone(chromium, stack.url, width=width, shots=shots, now=stack.now)
            made[who, width].sign_in(stack.made["emails"][who], accounts.PASSWORD)
        return made[who, width]

    yield sign_in
    complaints = [text for one in made.values() for text in one.complaints]
    for one in made.values():
        one.context.close()
    complaints = [text for text in complaints if not any(word in text for word in forgiven)]
    assert not complaints, complaints
