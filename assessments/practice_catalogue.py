"""Every instrument one practice can use: the shipped ones, those it wrote itself, those it holds a licence for.

A page makes one `catalogue_of(practice_id)` and asks it for every row. What the practice made, and what it loaded, is
read in one statement each, and only when something is asked for that does not ship with its wording.
"""

from collections.abc import Sequence
from functools import cached_property
from uuid import UUID

from assessments.catalogue import UnknownInstrument, all_instruments, get_instrument
from assessments.definitions import Instrument
from assessments.licensed import with_wording, wording_version
from assessments.models import Assessment, AssessmentSet, LicensedWording, PracticeQuestionnaire
from assessments.practice_made import is_practice_made
from assessments.questions import is_given_over_links, is_rated


class Catalogue:
    """The instruments of one practice; no other practice's are in it."""

    def __init__(self, practice_id: UUID):
        self.practice_id = practice_id

    def get(self, code: str, version: str = "") -> Instrument:
        """The instrument with this code, in the version named or the newest. Raises UnknownInstrument.

        Where the wording of a licensed one was withdrawn it comes without, as it ships.
        """
        if not is_practice_made(code):
            shipped = get_instrument(code)
            return shipped if shipped.wording_available else self._worded(shipped, version)
        for row in self._made.get(code, ()):
            if version in ("", str(row.version)):
                return row.instrument
        raise UnknownInstrument(f"The practice has no questionnaire {code}.")

    def _worded(self, shipped: Instrument, version: str) -> Instrument:
        for row in self._loaded.get(shipped.code, ()):
            if version in ("", wording_version(shipped, row.version)):
                return shipped if row.is_withdrawn else with_wording(shipped, row.version, row.wording, row.licence)
        return shipped

    def of(self, row: Assessment) -> Instrument:
        """The instrument in the version that a row was, or is being, answered on."""
        return self.get(row.instrument, row.instrument_version)

    def in_set(self, assessment_set: AssessmentSet, code: str) -> Instrument:
        """The instrument in the version that was given with the set."""
        return self.get(code, assessment_set.versions.get(code, ""))

    def name_of(self, code: str, version: str = "") -> str:
        try:
            return self.get(code, version).name
        except UnknownInstrument:
            return code

    def offered(self) -> tuple[Instrument, ...]:
        """What can be given from now on, in the order of its code; a rating by an observer is among it."""
        ready = [self.get(each.code) for each in all_instruments()]
        shipped = [each for each in ready if each.can_be_given]
        return (*shipped, *(rows[0].instrument for rows in self._made.values() if not rows[0].is_retired))

    def over_links(self) -> tuple[Instrument, ...]:
        """Of what can be given, what patients answer themselves."""
        return tuple(each for each in self.offered() if is_given_over_links(each))

    def rated(self) -> tuple[Instrument, ...]:
        """Of what can be given, what a clinician rates."""
        return tuple(each for each in self.offered() if is_rated(each))

    def made(self) -> tuple[Instrument, ...]:
        """What the practice wrote, each in its newest version, by name; what it retired is among it."""
        return tuple(
            sorted((rows[0].instrument for rows in self._made.values()), key=lambda each: each.name.casefold())
        )

    def versions_like(self, instrument: Instrument) -> tuple[str, ...]:
        """The versions of one of the practice's own whose totals mean the same as those of the one given."""
        found = (row.instrument for row in self._made.get(instrument.code, ()))
        return tuple(sorted((each.version for each in found if each.scores_like(instrument)), key=int))

    def is_offered(self, code: str) -> bool:
        if not is_practice_made(code):
            return self.get(code).can_be_given
        return code in self._made and not self._made[code][0].is_retired

    @cached_property
    def _made(self) -> dict[str, Sequence[PracticeQuestionnaire]]:
        """Published versions by code, the newest first."""
        rows = PracticeQuestionnaire.objects.filter(practice_id=self.practice_id)
        return _by_code(rows.published().with_retirement())

    @cached_property
    def _loaded(self) -> dict[str, Sequence[LicensedWording]]:
        """Wordings by code, the newest first."""
        return _by_code(LicensedWording.objects.filter(practice_id=self.practice_id).with_withdrawal())


def _by_code(rows) -> dict[str, list]:
    found: dict[str, list] = {}
    for row in rows.order_by("code", "-version"):
        found.setdefault(row.code, []).append(row)
    return found


def catalogue_of(practice_id: UUID) -> Catalogue:
    return Catalogue(practice_id)
