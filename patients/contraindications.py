"""The contraindication screen as data: what is asked, what a yes means, and where that is written.

Sources: docs/clinical/sources_screening.md. Nothing here knows a patient or a database.
"""

from dataclasses import dataclass

from common.clinical import Route

EVERY_ROUTE = frozenset(Route)
NASAL_ESKETAMINE = frozenset({Route.ESK})


@dataclass(frozen=True)
class Item:
    """One question. A yes on a route in `absolute_for` forbids the dose; on any other route it is a caution."""

    code: str
    label: str
    question: str
    source: str
    group: str
    absolute_for: frozenset = frozenset()

    def forbids(self, route: str | None) -> bool:
        """Whether a yes forbids a dose by this route; an unknown route is judged as the strictest."""
        return bool(self.absolute_for) if route is None else route in self.absolute_for

    @property
    def meaning(self) -> str:
        if self.absolute_for == EVERY_ROUTE:
            return "A yes rules out every dose."
        if self.absolute_for:
            return "A yes rules out esketamine; for other routes the prescriber decides."
        return "A yes is a caution: the prescriber decides and says why."


def _items(group: str, source: str, absolute_for: frozenset, *rows: tuple[str, str, str]) -> list[Item]:
    return [Item(code, label, question, source, group, absolute_for) for code, label, question in rows]


_ALL = [
    *_items(
        "Never for ketamine",
        "KAP-SCR-KET",
        EVERY_ROUTE,
        ("hypersensitivity", "allergy to ketamine", "Allergy or hypersensitivity to ketamine or esketamine?"),
        (
            "pressure_hazard",
            "serious hazard from a blood-pressure rise",
            "Any condition in which a rise of blood pressure would be a serious hazard?",
        ),
    ),
    *_items(
        "Never for esketamine",
        "KAP-SCR-ESK",
        NASAL_ESKETAMINE,
        (
            "aneurysm",
            "aneurysmal vascular disease",
            "Aneurysm of the thoracic or abdominal aorta, of an intracranial or of a peripheral artery?",
        ),
        ("avm", "arteriovenous malformation", "Arteriovenous malformation?"),
        ("intracerebral_bleed", "earlier intracerebral haemorrhage", "Has there ever been bleeding in the brain?"),
    ),
    *_items(
        "Heart and circulation",
        "KAP-SCR-CAUTION",
        frozenset(),
        ("uncontrolled_hypertension", "uncontrolled hypertension", "Hypertension that is not under control?"),
        ("recent_mi_stroke", "recent heart attack or stroke", "Recent heart attack or stroke?"),
        ("unstable_angina", "unstable angina", "Unstable angina?"),
        ("heart_failure", "heart failure", "Heart failure?"),
        ("arrhythmia", "arrhythmia", "Arrhythmia?"),
    ),
    *_items(
        "Other organs",
        "KAP-SCR-CAUTION",
        frozenset(),
        ("raised_pressure", "raised intracranial or eye pressure", "Raised pressure in the skull or in an eye?"),
        ("hyperthyroidism", "hyperthyroidism", "Hyperthyroidism?"),
        ("hepatic_disease", "severe liver disease", "Severe liver disease?"),
        ("cystitis", "interstitial or ulcerative cystitis", "Interstitial or ulcerative cystitis?"),
        ("sleep_apnoea", "sleep apnoea", "Sleep apnoea?"),
        ("pregnancy", "pregnancy or breast-feeding", "Pregnant, trying to be, or breast-feeding?"),
    ),
    *_items(
        "Mind and substances",
        "KAP-SCR-CAUTION",
        frozenset(),
        ("psychosis_mania", "active psychosis or mania", "Active psychosis or mania?"),
        ("delirium_dementia", "delirium or dementia", "Delirium or dementia?"),
        ("substance_use", "substance use disorder", "A current substance use disorder?"),
    ),
]
ITEMS: dict[str, Item] = {item.code: item for item in _ALL}
GROUPS: dict[str, list[Item]] = {}
for _item in _ALL:
    GROUPS.setdefault(_item.group, []).append(_item)
