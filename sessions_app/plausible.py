"""Which values of a reading can be at all; what is outside is a typing error."""

from decimal import Decimal

# Plausible values, the same as the database's own checks: name → (low, high, what the person is told).
RANGES = {
    "systolic_mmhg": (40, 300, "Enter systolic pressure between 40 and 300 mmHg."),
    "diastolic_mmhg": (20, 200, "Enter diastolic pressure between 20 and 200 mmHg."),
    "heart_rate_bpm": (20, 250, "Enter heart rate between 20 and 250 per minute."),
    "spo2_pct": (40, 100, "Enter SpO2 between 40 and 100 %."),
    "respiratory_rate": (0, 60, "Enter respiratory rate between 0 and 60 per minute."),
    "temperature_c": (Decimal("30.0"), Decimal("43.0"), "Enter temperature between 30.0 and 43.0 °C."),
    "moaas": (0, 5, "Enter MOAA/S between 0 and 5."),
    "dissociation": (0, 3, "Choose none, mild, moderate or severe."),
}
