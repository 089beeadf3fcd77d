"""The treatment's shared vocabulary: routes, indications, therapy modalities."""

from django.db import models


class Route(models.TextChoices):
    """How the drug is given. SNOMED CT codes: docs/clinical/sources.md (KAP-CODE-ROUTE)."""

    IV = "IV", "Intravenous (IV)"
    IM = "IM", "Intramuscular (IM)"
    SC = "SC", "Subcutaneous (SC)"
    IN_RACEMIC = "IN_RACEMIC", "Nasal, racemic"
    ESK = "ESK", "Esketamine nasal spray"
    SL = "SL", "Sublingual"
    PO = "PO", "Oral"


INFUSED = frozenset({Route.IV})
INJECTED = frozenset({Route.IV, Route.IM, Route.SC})


class Indication(models.TextChoices):
    TRD = "TRD", "Treatment-resistant depression"
    MDSI = "MDSI", "Major depression with acute suicidal ideation"
    MDD = "MDD", "Depression"
    ANX = "ANX", "Anxiety"
    PTSD = "PTSD", "Post-traumatic stress disorder"


class Modality(models.TextChoices):
    CBT = "CBT", "Cognitive-behavioural"
    MINDFULNESS = "MINDFULNESS", "Mindfulness-based"
    PSYCHODYNAMIC = "PSYCHODYNAMIC", "Psychodynamic"
    OPEN = "OPEN", "Open"
