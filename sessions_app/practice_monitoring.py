"""Reads a practice's alarm limits and reading schedules: every version ever set, in one statement."""

from collections.abc import Iterable
from uuid import UUID

from common.statements import Statement
from common.together import Part
from sessions_app.models import MonitoringSetting
from sessions_app.monitoring_settings import MonitoringSettings, SettingVersion

COLUMNS = ("about", "version", "set_at", "values", "source")

_OF_PRACTICE = Statement(
    "monitoring_settings",
    lambda practice: MonitoringSetting.objects.filter(practice_id=practice).order_by("version").values_list(*COLUMNS),
    practice=UUID,
)


def monitoring_of(practice_id: UUID) -> MonitoringSettings:
    """One query, whatever the number of versions."""
    return MonitoringSettings.of(SettingVersion(*row) for row in _OF_PRACTICE.rows(practice=practice_id))


SETTINGS = Part(lambda practice, **_: MonitoringSetting.objects.filter(practice_id=practice), ("version",))


def settings_from(rows: Iterable[MonitoringSetting]) -> MonitoringSettings:
    """The same of rows that were read as a part of something else."""
    return MonitoringSettings.of(SettingVersion(*(getattr(row, name) for name in COLUMNS)) for row in rows)
