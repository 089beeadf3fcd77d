"""How bad a finding is: normal, caution, warning or critical, and the words a finding carries."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    NORMAL = "normal"
    CAUTION = "caution"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)

    @property
    def label(self) -> str:
        return self.value.capitalize()


@dataclass(frozen=True)
class Finding:
    """One measure's judgement. `sentence` names the value and what to do; empty for a normal one."""

    severity: Severity
    measure: str
    sentence: str
    source: str


def worst(findings) -> Severity:
    """The most severe of these findings; normal when there is none."""
    return max((finding.severity for finding in findings), key=lambda s: s.rank, default=Severity.NORMAL)


def criticals(findings) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.severity is Severity.CRITICAL)
