"""Names of drugs often kept at hand, to save typing. No dose is suggested: who orders it says it (KAP-RESCUE-LIST)."""

OTHER = "other"
# code → name; the practice's medical director decides what is really kept. Proposals, in no source of ours.
RESCUE_DRUGS = {
    "ondansetron": "Ondansetron",
    "promethazine": "Promethazine",
    "labetalol": "Labetalol",
    "hydralazine": "Hydralazine",
    "clonidine": "Clonidine",
    "nitroglycerin": "Nitroglycerin",
    "lorazepam": "Lorazepam",
    "midazolam": "Midazolam",
    "glycopyrrolate": "Glycopyrrolate",
    "diphenhydramine": "Diphenhydramine",
    "epinephrine": "Epinephrine",
    "naloxone": "Naloxone",
    "salbutamol": "Albuterol (salbutamol)",
    "acetaminophen": "Acetaminophen",
    "saline": "Sodium chloride 0.9 %",
    "oxygen": "Oxygen",
}
