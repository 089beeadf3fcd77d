"""Invented values for the style page, so that every shared piece can be seen without a record of anybody."""

from datetime import date, timedelta
from decimal import Decimal

from django import forms
from django.core.paginator import Paginator
from django.utils import timezone

from common.blockers import Blocker
from common.svg import sparkline, trend_chart, vitals_chart

D = Decimal
KINDS = ("normal", "caution", "warning", "critical", "done", "waiting", "info", "neutral")


class FilterForm(forms.Form):
    q = forms.CharField(label="Search", required=False, widget=forms.TextInput(attrs={"type": "search"}))
    state = forms.ChoiceField(label="State", required=False, choices=[("", "Any state"), ("dosing", "Dosing")])


class ReadingForm(forms.Form):
    systolic_mmhg = forms.IntegerField(label="Systolic (mmHg)", min_value=40, max_value=300, help_text="40 to 300")
    position = forms.ChoiceField(label="Position", choices=[("", "Choose…"), ("sitting", "Sitting")])
    arm = forms.ChoiceField(label="Arm", choices=[("l", "Left"), ("r", "Right")], widget=forms.RadioSelect)
    repeated = forms.BooleanField(label="Repeated after five minutes", required=False)
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))


class ConfirmForm(forms.Form):
    password = forms.CharField(label="Your password", widget=forms.PasswordInput)
    code = forms.CharField(label="Authenticator code")


def _vitals():
    rows = [
        (-10, 128, 82, 72, 98), (5, 134, 86, 80, 97), (15, 146, 92, 88, 96), (25, 158, 98, 94, 95),
        (35, None, None, 96, 85), (45, 149, 94, 90, 94), (60, 138, 88, 82, 96), (90, 130, 84, 76, 98),
    ]  # fmt: skip
    readings = [
        vitals_chart.Reading(
            minute,
            *(None if value is None else D(value) for value in values),
            critical=("spo2_pct",) if values[3] == 85 else (),
            taken_at=f"14:{minute:02d}" if 0 <= minute < 60 else "",
            note="Cuff refused, retried at T+0:45" if values[0] is None else "",
        )
        for minute, *values in rows
    ]
    markers = [
        vitals_chart.Marker(0, "Dose 1 · 40 mg IM", "dose"),
        vitals_chart.Marker(18, "Nausea, mild"),
        vitals_chart.Marker(30, "Dose 2 · 20 mg IM", "dose"),
        vitals_chart.Marker(35, "SpO2 85, critical", "critical"),
    ]
    limits = [vitals_chart.Limit("systolic_mmhg", D(160), "160"), vitals_chart.Limit("spo2_pct", D(90), "90")]
    return vitals_chart.build(readings, markers, limits=limits, chart_id="sample-vitals")


def _trend():
    first = date(2026, 1, 12)
    values = [(0, 21), (3, 19), (10, 15), (17, 16), (24, None), (31, 11), (45, 8), (60, 9)]
    scores = [
        trend_chart.Score(first + timedelta(days=day), None if value is None else D(value), is_baseline=day == 0)
        for day, value in values
    ]
    doses = [trend_chart.Dose(first + timedelta(days=day), str(n)) for n, day in enumerate((2, 9, 16, 30), start=1)]
    ends = [(0, 4, "Minimal"), (5, 9, "Mild"), (10, 14, "Moderate"), (15, 19, "Mod. severe"), (20, 27, "Severe")]
    bands = [trend_chart.Band(D(low), D(high), label) for low, high, label in ends]
    return trend_chart.build(
        scores, doses, lowest=D(0), highest=D(27), bands=bands, chart_id="sample-trend", title="PHQ-9 over time"
    )


def style_guide_context() -> dict:
    """Everything that templates/common/style_guide.html needs; no database is asked."""
    now = timezone.now()
    reading = ReadingForm({"wrong-systolic_mmhg": "9", "wrong-position": ""}, prefix="wrong")
    reading.is_valid()
    spark = [D(21), D(19), D(15), None, D(11), D(8)]
    return {
        "kinds": KINDS,
        "now": now,
        "first_dose_at": now - timedelta(minutes=65),
        "due_soon_at": now + timedelta(minutes=3),
        "overdue_at": now - timedelta(minutes=7),
        "filter_form": FilterForm(),
        "reading_form": ReadingForm(),
        "wrong_form": reading,
        "confirm_form": ConfirmForm(),
        "page": Paginator(range(80), 10).page(2),
        "blockers": [
            Blocker(
                "BP_ABOVE_START_LIMIT",
                "Systolic 152 is above the start limit of 140 mmHg.",
                "SRC-12",
                override="approve",
                override_label="a prescriber",
            ),
            Blocker("RIDE_MISSING", "Name the person who takes the patient home.", "SRC-31"),
        ],
        "facts": [("Route", "Intramuscular"), ("Weight", "80 kg"), ("Ordered dose", "40 mg"), ("Witness", "")],
        "tabs": [
            {"label": "Overview", "url": "#tabs", "is_current": True, "icon": "layout-dashboard"},
            {"label": "Sessions", "url": "#tabs", "count": 3},
            {"label": "Questionnaires", "url": "#tabs"},
            {"label": "Integration", "url": "#tabs"},
        ],
        "choices": [
            ("0", "Not at all"),
            ("1", "Several days"),
            ("2", "More than half the days"),
            ("3", "Nearly every day"),
        ],
        "vitals": _vitals(),
        "empty_vitals": vitals_chart.build([], chart_id="empty-vitals", title="Vital signs, none yet"),
        "trend": _trend(),
        "spark": sparkline.build(spark, lowest=D(0), highest=D(27)),
    }
