"""What the holder of a link may see now: the questions, the thank-you, or the one page for every dead end (R70)."""

from dataclasses import dataclass
from datetime import datetime

from accounts.actor import Actor, patient_actor
from accounts.origin import where
from assessments.links import token_digest
from assessments.models import AnswerLink, Assessment, AssessmentSet
from portal.kiosk import FORGET_AFTER
from portal.link_cookie import Held, held


@dataclass(frozen=True)
class Visit:
    """A link that opens something, as seen from one browser."""

    link: AnswerLink
    is_checked: bool
    by: Actor
    is_finished: bool

    @property
    def assessment_set(self) -> AssessmentSet:
        return self.link.assessment_set

    @property
    def is_tablet(self) -> bool:
        return self.link.channel == AnswerLink.Channel.TABLET

    @property
    def sent(self) -> dict[str, Assessment]:
        rows = self.assessment_set.assessments.all()
        return {row.instrument: row for row in rows if row.submitted_at}

    @property
    def total_parts(self) -> int:
        """Questionnaires, and the day before where the set asks about it, which comes last."""
        return len(self.assessment_set.instruments) + self.assessment_set.asks_day_before

    @property
    def waits_for_day_before(self) -> bool:
        return self.assessment_set.asks_day_before and self.assessment_set.day_before_told is None

    @property
    def next_part(self) -> int | None:
        """The number of the first questionnaire that was not sent yet, from 1."""
        sent = self.sent
        return next((n for n, code in enumerate(self.assessment_set.instruments, 1) if code not in sent), None)


def link_of_token(token: str) -> AnswerLink | None:
    return AnswerLink.objects.with_patient().filter(token_sha256=token_digest(token)).first()


def is_finished(link: AnswerLink) -> bool:
    """The answers arrived; only the browser that holds the link is told so."""
    return link.assessment_set.completed_at is not None and not (link.revoked_at or link.locked_at)


def _is_left_alone(link: AnswerLink, holding: Held, at: datetime) -> bool:
    """A tablet that nobody touched for a while forgets whose questions it showed."""
    return link.channel == AnswerLink.Channel.TABLET and at - holding.since > FORGET_AFTER


def visit_of(request, at: datetime) -> Visit | None:
    """None unless this browser holds a link that is open or was used to the end; the practice's help goes with it."""
    holding = held(request)
    if holding is None:
        return None
    rows = AnswerLink.objects.with_patient().select_related("assessment_set__day_before")
    rows = rows.prefetch_related("assessment_set__assessments")
    link = rows.filter(pk=holding.link_id).first()
    if link is None or not (link.is_answerable(at) or is_finished(link)):
        return None
    if _is_left_alone(link, holding, at):
        return None
    patient = link.assessment_set.patient
    request.link_practice = patient.practice
    by = patient_actor(patient, patient.practice_id, **{**where(request), "session_hash": ""})
    return Visit(link, holding.is_checked, by, is_finished(link))
