"""ICD-10-CM codes offered for diagnoses, and the form any other code must have (KAP-CODE-ICD)."""

import re

# A category letter and two signs, then after the dot up to four more; U is kept for provisional use but valid.
FORM = re.compile(r"^[A-Z]\d[0-9AB](\.[0-9A-Z]{1,4})?$")

GROUPS: dict[str, dict[str, str]] = {
    "Depression": {
        "F32.0": "Major depressive disorder, single episode, mild",
        "F32.1": "Major depressive disorder, single episode, moderate",
        "F32.2": "Major depressive disorder, single episode, severe without psychotic features",
        "F32.3": "Major depressive disorder, single episode, severe with psychotic features",
        "F32.4": "Major depressive disorder, single episode, in partial remission",
        "F32.5": "Major depressive disorder, single episode, in full remission",
        "F32.89": "Other specified depressive episodes",
        "F32.A": "Depression, unspecified",
        "F33.0": "Major depressive disorder, recurrent, mild",
        "F33.1": "Major depressive disorder, recurrent, moderate",
        "F33.2": "Major depressive disorder, recurrent, severe without psychotic features",
        "F33.3": "Major depressive disorder, recurrent, severe with psychotic symptoms",
        "F33.40": "Major depressive disorder, recurrent, in remission, unspecified",
        "F33.41": "Major depressive disorder, recurrent, in partial remission",
        "F33.42": "Major depressive disorder, recurrent, in full remission",
        "F33.8": "Other recurrent depressive disorders",
        "F33.9": "Major depressive disorder, recurrent, unspecified",
        "F34.1": "Dysthymic disorder",
    },
    "Bipolar": {
        "F31.30": "Bipolar disorder, current episode depressed, mild or moderate severity, unspecified",
        "F31.31": "Bipolar disorder, current episode depressed, mild",
        "F31.32": "Bipolar disorder, current episode depressed, moderate",
        "F31.4": "Bipolar disorder, current episode depressed, severe, without psychotic features",
        "F31.81": "Bipolar II disorder",
        "F31.9": "Bipolar disorder, unspecified",
    },
    "Anxiety": {
        "F41.0": "Panic disorder without agoraphobia",
        "F41.1": "Generalized anxiety disorder",
        "F41.9": "Anxiety disorder, unspecified",
        "F42.2": "Mixed obsessional thoughts and acts",
        "F42.9": "Obsessive-compulsive disorder, unspecified",
    },
    "Trauma": {
        "F43.10": "Post-traumatic stress disorder, unspecified",
        "F43.11": "Post-traumatic stress disorder, acute",
        "F43.12": "Post-traumatic stress disorder, chronic",
    },
    "Other": {
        "F10.20": "Alcohol dependence, uncomplicated",
        "R45.851": "Suicidal ideations",
        "Z91.51": "Personal history of suicidal behavior",
    },
}
LABELS: dict[str, str] = {code: label for group in GROUPS.values() for code, label in group.items()}


def tidy(code: str) -> str:
    """The code in capitals, without spaces, with its dot after the third sign: "f431 2" gives "F43.12"."""
    bare = "".join((code or "").upper().split()).replace(".", "")
    return bare if len(bare) <= 3 else f"{bare[:3]}.{bare[3:]}"


def is_valid(code: str) -> bool:
    """Whether a tidied code has the form of ICD-10-CM; that it exists in the year's release is not known here."""
    return bool(FORM.fullmatch(code))
