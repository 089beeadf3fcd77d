"""Wording that a practice loaded under a licence it holds, by version, and when it was withdrawn."""

from django.db import models
from django.db.models import Exists, OuterRef

from accounts.models.versions import VersionsQuerySet
from assessments.licensed import Wording
from common.records import Privacy, Record, RecordKind


class LicensedWordingQuerySet(VersionsQuerySet):
    def with_withdrawal(self):
        """Each with `is_withdrawn`."""
        return self.annotate(is_withdrawn=Exists(WordingWithdrawal.objects.filter(wording=OuterRef("pk"))))


class LicensedWording(Record):
    """One version of an instrument's texts in one practice, with the licence; `set_by` attested that it is held."""

    kind = RecordKind.EVENT
    privacy = Privacy(
        operational="id practice code version texts licence_holder licence_reference licensed_on set_at set_by"
    )

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    texts = models.JSONField()
    licence_holder = models.CharField(max_length=120)
    licence_reference = models.CharField(max_length=120)
    licensed_on = models.DateField()
    set_at = models.DateTimeField()
    set_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")

    objects = LicensedWordingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "code", "version"], name="wording_version_once")]

    @property
    def licence(self) -> str:
        return f"{self.licence_holder}, {self.licence_reference}"

    @property
    def wording(self) -> Wording:
        return Wording(**self.texts)


class WordingWithdrawal(Record):
    """From then on the wording is shown to nobody; answers stay, with numbers and neutral tags."""

    kind = RecordKind.EVENT
    privacy = Privacy(operational="id wording set_at set_by reason")

    wording = models.OneToOneField(LicensedWording, on_delete=models.PROTECT, related_name="withdrawal")
    set_at = models.DateTimeField()
    set_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
