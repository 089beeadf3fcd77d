"""What the pages of licensed wording show: each instrument whose texts do not ship, and the versions loaded for one."""

from collections.abc import Iterable
from dataclasses import dataclass

from assessments.definitions import Instrument
from assessments.licensed import loadable, with_wording
from assessments.models import LicensedWording
from assessments.own_page import blank_questions
from assessments.questions import Question, is_given_over_links


@dataclass(frozen=True)
class LicensedRow:
    """An instrument with the newest texts of the practice, if any were ever loaded."""

    instrument: Instrument
    newest: LicensedWording | None

    @property
    def stands(self) -> bool:
        return self.newest is not None and not self.newest.is_withdrawn

    @property
    def chip(self) -> tuple[str, str, str]:
        """Kind, word and icon."""
        if self.newest is None:
            return "neutral", "No texts", "lock"
        if self.newest.is_withdrawn:
            return "neutral", "Withdrawn", "ban"
        return "normal", f"Version {self.newest.version} in use", "check"

    @property
    def is_for_patients(self) -> bool:
        """Whether a patient may answer it alone; others are rated by a clinician."""
        return is_given_over_links(self.as_shown) if self.stands else self.instrument.is_self_report

    @property
    def values(self) -> list[str]:
        """Every answer that can be chosen somewhere in it, once each."""
        return list(dict.fromkeys(str(value) for one in self.instrument.questions for value, _ in one.choices))

    @property
    def as_shown(self) -> Instrument:
        row = self.newest
        return with_wording(self.instrument, row.version, row.wording, row.licence)

    @property
    def blank(self) -> list[Question]:
        """Without texts: what each question is about, in order."""
        return blank_questions(self.instrument)

    @property
    def questions(self) -> list[Question]:
        return blank_questions(self.as_shown)


def licensed_rows(stored: Iterable[LicensedWording]) -> list[LicensedRow]:
    """`stored` are the practice's versions with `is_withdrawn`; by name of the instrument."""
    newest: dict[str, LicensedWording] = {}
    for row in sorted(stored, key=lambda one: one.version):
        newest[row.code] = row
    rows = [LicensedRow(each, newest.get(each.code)) for each in loadable()]
    return sorted(rows, key=lambda row: row.instrument.name)
