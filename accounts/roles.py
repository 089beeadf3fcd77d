"""Roles and what each may do; the table itself is `access.yml`, which code and tests read (security.md 3.1)."""

import enum
from functools import cache
from pathlib import Path

import yaml

ACCESS_FILE = Path(__file__).with_name("access.yml")


class Role(enum.StrEnum):
    """A person may hold several; each act records the one it was done in."""

    PRESCRIBER = "prescriber"
    NURSE = "nurse"
    THERAPIST = "therapist"
    ADMIN = "admin"
    COMPLIANCE = "compliance"

    @property
    def label(self) -> str:
        return {"nurse": "Nurse / monitor"}.get(self.value, self.value.capitalize())


class Scope(enum.StrEnum):
    """Whose records a permission reaches.

    OWN: what the person wrote. ROSTER: the session's own staff. TEAM: the care team now. PRACTICE: all.
    """

    OWN = "own"
    ROSTER = "roster"
    TEAM = "team"
    PRACTICE = "practice"


@cache
def _declared() -> dict:
    return yaml.safe_load(ACCESS_FILE.read_text())


@cache
def access_table() -> dict[str, dict[Role, Scope]]:
    """Permission value → role → scope, as `access.yml` declares it."""
    declared = _declared()["permissions"]
    return {
        permission: {Role(role): Scope(scope) for role, scope in (row or {}).items()}
        for permission, row in declared.items()
    }


@cache
def emergency_permissions() -> frozenset[str]:
    """Permissions that an open emergency access adds for one patient (R13)."""
    return frozenset(_declared()["emergency"])


@cache
def two_people_roles() -> frozenset[Role]:
    """Roles that one person asks for and another approves (R15)."""
    return frozenset(Role(role) for role in _declared()["two_people"])


class _Named(enum.StrEnum):
    @staticmethod
    def _generate_next_value_(name, *_):
        return name.lower()


class Permission(_Named):
    """Every permission there is, named after the act. The values are the keys of `access.yml`."""

    # people and practice
    VIEW_STAFF = enum.auto()
    MANAGE_STAFF = enum.auto()
    APPROVE_ROLES = enum.auto()
    VIEW_SETTINGS = enum.auto()
    EDIT_SETTINGS = enum.auto()
    EDIT_CLINICAL_SETTINGS = enum.auto()
    EDIT_QUESTIONNAIRES = enum.auto()
    VIEW_AUDIT = enum.auto()
    EXPORT_AUDIT = enum.auto()
    VERIFY_CHAIN = enum.auto()
    VIEW_BACKUPS = enum.auto()
    BACK_UP = enum.auto()
    REVIEW_ACCESS = enum.auto()
    OPEN_EMERGENCY = enum.auto()
    # patient
    REGISTER_PATIENT = enum.auto()
    VIEW_IDENTITY = enum.auto()
    EDIT_IDENTITY = enum.auto()
    VIEW_CHART = enum.auto()
    EDIT_CHART = enum.auto()
    EXPORT_RECORD = enum.auto()
    RECORD_CORRECTION = enum.auto()
    DECIDE_CORRECTION = enum.auto()
    VIEW_CONSENT = enum.auto()
    RECORD_CONSENT = enum.auto()
    MANAGE_CARE_TEAM = enum.auto()
    OPEN_SERIES = enum.auto()
    VIEW_SERIES = enum.auto()
    # drug
    VIEW_ORDER = enum.auto()
    SIGN_ORDER = enum.auto()
    OVERRIDE_LIMIT = enum.auto()
    VIEW_DOSING = enum.auto()
    GIVE_DOSE = enum.auto()
    WASTE_DRUG = enum.auto()
    WITNESS_WASTE = enum.auto()
    VIEW_STOCK = enum.auto()
    RECEIVE_STOCK = enum.auto()
    COUNT_STOCK = enum.auto()
    TRANSFER_STOCK = enum.auto()
    DISPOSE_STOCK = enum.auto()
    CORRECT_STOCK = enum.auto()
    INVESTIGATE_DISCREPANCY = enum.auto()
    REVIEW_DIVERSION = enum.auto()
    CLOSE_DISCREPANCY = enum.auto()
    REVIEW_DOSING = enum.auto()
    EXPORT_DOSING = enum.auto()
    # session
    VIEW_SESSION = enum.auto()
    PRINT_SESSION = enum.auto()
    SCHEDULE_SESSION = enum.auto()
    CHECK_IN_PATIENT = enum.auto()
    VIEW_VITALS = enum.auto()
    RECORD_VITALS = enum.auto()
    RECORD_OBSERVATION = enum.auto()
    RECORD_ADVERSE_EVENT = enum.auto()
    OVERRIDE_BLOCKER = enum.auto()
    DISCHARGE_PATIENT = enum.auto()
    WAIVE_CRITERION = enum.auto()
    MARK_PRESENCE = enum.auto()
    DISCHARGE_AGAINST_ADVICE = enum.auto()
    SIGN_SESSION = enum.auto()
    ADD_ADDENDUM = enum.auto()
    VIEW_REMS = enum.auto()
    SUBMIT_REMS = enum.auto()
    # measuring and therapy
    VIEW_ASSESSMENTS = enum.auto()
    RECORD_ASSESSMENT = enum.auto()
    VIEW_RISK = enum.auto()
    HANDLE_RISK = enum.auto()
    VIEW_RISK_COUNT = enum.auto()
    VIEW_REPORTS = enum.auto()
    VIEW_NOTE = enum.auto()
    WRITE_NOTE = enum.auto()
    WRITE_PRIVATE_NOTE = enum.auto()
    RELEASE_PRIVATE_NOTES = enum.auto()
    VIEW_FOLLOWUPS = enum.auto()
    MANAGE_FOLLOWUPS = enum.auto()
