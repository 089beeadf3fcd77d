"""Which class of medicine a name belongs to, when that class matters beside ketamine (KAP-SCR-DRUGS); pure rules."""

import re

from patients.person_rules import fold

# Class → beginnings of words. Only names that a clinic commonly meets; the class can always be chosen by hand.
_NAMES = {
    "benzodiazepine": (
        "alprazolam xanax bromazepam chlordiazepoxid librium clobazam clonazepam klonopin clorazepat diazepam valium "
        "estazolam flurazepam lorazepam ativan midazolam oxazepam temazepam restoril triazolam halcion"
    ),
    "cns_depressant": (
        "zolpidem ambien zopiclon eszopiclon lunesta zaleplon phenobarbital butalbital gabapentin pregabalin lyrica "
        "baclofen carisoprodol oxycodon hydrocodon morphin codein tramadol fentanyl methadon buprenorphin suboxon "
        "hydromorphon tapentadol oxybat suvorexant"
    ),
    "stimulant": (
        "amphetamin dextroamphetamin lisdexamfetamin lisdexamphetamin vyvanse adderall methylphenidat ritalin concerta "
        "dexmethylphenidat focalin modafinil armodafinil phentermin"
    ),
    "maoi": "phenelzin nardil tranylcypromin parnate isocarboxazid marplan selegilin emsam moclobemid rasagilin",
    "theophylline": "theophyllin aminophyllin",
    "sympathomimetic": (
        "pseudoephedrin phenylephrin ephedrin epinephrin norepinephrin midodrin vasopressin desmopressin"
    ),
}
BEGINNINGS = {interaction: tuple(names.split()) for interaction, names in _NAMES.items()}
KETAMINE = ("ketamin", "esketamin", "ketalar", "spravato")
_WORD = re.compile(r"[a-z]+")


def _begins(name: str, beginnings) -> bool:
    return any(word.startswith(tuple(beginnings)) for word in _WORD.findall(fold(name)))


def class_of(name: str) -> str | None:
    """The interaction class a medicine's name is known to belong to, or None; the gravest class first."""
    for interaction in ("theophylline", "maoi", "benzodiazepine", "cns_depressant", "stimulant", "sympathomimetic"):
        if _begins(name, BEGINNINGS[interaction]):
            return interaction
    return None


def names_ketamine(substance: str) -> bool:
    """Whether a substance, as somebody typed it, is ketamine, esketamine or one of their products."""
    return _begins(substance, KETAMINE) or "ketamin" in fold(substance)
