"""The alarm limits and reading schedules a practice begins with, before it sets its own (sources_monitoring.md)."""

from sessions_app.clock_rules import as_values
from sessions_app.monitoring import CLOCKS
from sessions_app.vital_table import MEASURES, default_values

LIMIT_SOURCES = {
    "pressure": "KAP-MON-BP",
    "heart_rate_bpm": "KAP-MON-HR",
    "spo2_pct": "KAP-MON-SPO2",
    "respiratory_rate": "KAP-MON-RR",
    "moaas": "KAP-MON-MOAAS",
}


def starting_values() -> dict[str, tuple[dict, str]]:
    """What each setting is about → its values and its source id."""
    values = {measure: (default_values(measure), LIMIT_SOURCES[measure]) for measure in MEASURES}
    return values | {route: (as_values(clock, route), clock.source) for route, clock in CLOCKS.items()}
