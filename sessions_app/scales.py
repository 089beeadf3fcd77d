"""The rating scales taken in the room: their range, their words, and what is abnormal. Proposals, KAP-SCALE-*."""

from dataclasses import dataclass

from assessments.catalogue import get_instrument
from sessions_app.vital_limits import Severity

# RASS at or beyond these asks for the prescriber (KAP-SCALE-RASS, clinical.md 2.2 [W]/[P]).
RASS_SEDATED, RASS_AGITATED = -3, 2
# CADSS-6 above this means dissociation is present. The cut of the full scale, not validated for six items.
CADSS_PRESENT = 4
# Modified Aldrete: ready to leave from here, and no item 0 (KAP-DIS-ALDRETE).
ALDRETE_READY = 9


@dataclass(frozen=True)
class Scale:
    """`instrument` is its code in the catalogue of instruments; `items` are rated 0-2 each and added up."""

    code: str
    name: str
    instrument: str
    low: int
    high: int
    source: str
    items: tuple[str, ...] = ()
    needs_licence: bool = False

    @property
    def version(self) -> str:
        version = get_instrument(self.instrument).version
        return f"{version}, 6 items" if self.code == "CADSS6" else version

    def choices_of(self, item: str) -> list[tuple[int, str]]:
        """(value, words) of one item, the highest first."""
        options = get_instrument(self.instrument).item(item).options
        return [
            (
                int(option.value),
                f"{int(option.value):+d} {option.label}" if self.low < 0 else f"{option.value} {option.label}",
            )
            for option in options
        ]

    def label_of(self, item: str) -> str:
        return get_instrument(self.instrument).item(item).text or item


SCALES = {
    scale.code: scale
    for scale in (
        Scale("RASS", "RASS", "RASS", -5, 4, "KAP-SCALE-RASS"),
        Scale(
            "ALDRETE",
            "Modified Aldrete",
            "ALDRETE",
            0,
            10,
            "KAP-DIS-ALDRETE",
            ("activity", "respiration", "circulation", "consciousness", "oxygen"),
        ),
        Scale("CADSS6", "CADSS-6", "CADSS", 0, 24, "KAP-SCALE-CADSS", needs_licence=True),
    )
}


def severity_of(code: str, total: int) -> Severity:
    """RASS ≤ -3 or ≥ +2 is a warning, -2, -1 and +1 a caution; CADSS-6 above 4 a caution; Aldrete is not judged here:
    it is asked when the patient leaves."""
    if code == "RASS":
        if total <= RASS_SEDATED or total >= RASS_AGITATED:
            return Severity.WARNING
        return Severity.NORMAL if total == 0 else Severity.CAUTION
    if code == "CADSS6" and total > CADSS_PRESENT:
        return Severity.CAUTION
    return Severity.NORMAL


def words_of_scale(code: str, total: int) -> str:
    """The total as it is read out: "RASS -2 (light sedation)", "Modified Aldrete 9 of 10"."""
    if code == "RASS":
        labels = {int(option.value): option.label for option in get_instrument("RASS").item("rass").options}
        return f"RASS {total:+d} ({labels[total]})" if total else f"RASS 0 ({labels[0]})"
    return f"{SCALES[code].name} {total} of {SCALES[code].high}"
