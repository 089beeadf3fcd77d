"""The patient as a person, and who may see which patients."""

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts import emergency
from accounts.roles import Permission
from common.records import Privacy, Record, RecordKind
from common.sealed_fields import SealedTextField


class PatientQuerySet(models.QuerySet):
    def visible_to(self, actor, permission: Permission = Permission.VIEW_IDENTITY):
        """Patients of the actor's practice within the reach of `permission`: all, or those on whose team they are."""
        if actor is None or actor.practice_id is None or not actor.can(permission):
            return self.none()
        mine = self.filter(practice_id=actor.practice_id)
        if actor.reaches_practice(permission):
            return mine
        return mine.filter(within_team(actor, permission))

    def matching(self, text: str):
        """Patients whose name, preferred name or MRN contains every word of `text`."""
        rows = self
        for word in words_of(text):
            rows = rows.filter(search_text__contains=word)
        return rows

    def looked_at_or_like(self, patient_ids, surnames, emails):
        """These patients, and whoever may be one of the people with these folded family names or e-mails."""
        like = Q(pk__in=patient_ids)
        for surname in surnames:
            like |= Q(search_text__contains=surname)
        for address in emails:
            like |= Q(email__iexact=address)
        return self.filter(like)

    def in_care(self):
        return self.filter(discharged_from_care_at=None)

    def discharged(self):
        return self.exclude(discharged_from_care_at=None)

    def on_team_of(self, membership_id):
        """Patients on whose care team the person is now."""
        return self.filter(on_team(membership_id))

    def with_open_series(self, route: str):
        """Patients who have an open series by this route."""
        return self.filter(series__route=route, series__closed_at=None)

    def without_team(self):
        """Patients nobody takes care of now; no clinician can see them."""
        from patients.models.care_team import CareTeamMember

        return self.exclude(Exists(CareTeamMember.objects.filter(patient_id=OuterRef("pk"), left_at=None)))

    def without_consent(self, scope: str):
        """Patients whose latest consent of this scope is missing or withdrawn."""
        from patients.models.consent import Consent

        latest = Consent.objects.filter(patient_id=OuterRef("pk"), scope=scope).order_by("-occurred_at", "-recorded_at")
        stands = latest.annotate(stands=Case(When(withdrawal=None, then=Value(1)), default=Value(0))).values("stands")
        return self.alias(consent_stands=Coalesce(Subquery(stands[:1]), 0)).filter(consent_stands=0)


def words_of(text: str) -> list[str]:
    """The words of a search, as `search_text` has them."""
    return text.casefold().split()[:6]


def on_team(membership_id, patient: str = "pk") -> Exists:
    """Whether the person is on the care team now of the patient named by the outer field `patient`."""
    from patients.models.care_team import CareTeamMember

    return Exists(
        CareTeamMember.objects.filter(patient_id=OuterRef(patient), membership_id=membership_id, left_at=None)
    )


def within_team(actor, permission: Permission, patient: str = "pk") -> Q:
    """The scope `team` of a permission: the care team now, or for looking an emergency access that is open (R13)."""
    from patients.models.emergency import EmergencyAccess

    reached = Q(on_team(actor.membership_id, patient))
    if not emergency.adds(actor, permission):
        return reached
    opened = EmergencyAccess.objects.open_at(timezone.now())
    return reached | Q(Exists(opened.filter(patient_id=OuterRef(patient), membership_id=actor.membership_id)))


class Patient(Record):
    """A person in treatment. `search_text` is the folded form of names and MRN that name search reads."""

    kind = RecordKind.EDITABLE
    privacy = Privacy(
        identifying="practice mrn given_name family_name preferred_name pronouns birth_date sex_at_birth email phone "
        "mobile address emergency_name emergency_phone emergency_relation search_text duplicate_reason",
        clinical="height_cm",
        operational="id time_zone email_allowed contact_by registered_at registered_by discharged_from_care_at version",
    )

    class Sex(models.TextChoices):
        FEMALE = "female", "Female"
        MALE = "male", "Male"
        UNKNOWN = "unknown", "Not recorded"

    class ContactBy(models.TextChoices):
        EMAIL = "email", "E-mail"
        TEXT = "text", "Text message"

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="patients")
    mrn = models.CharField("MRN", max_length=20)
    given_name = models.CharField("legal given name", max_length=80)
    family_name = models.CharField("legal family name", max_length=80)
    preferred_name = models.CharField(max_length=80, blank=True)
    pronouns = models.CharField(max_length=40, blank=True)
    birth_date = models.DateField()
    sex_at_birth = models.CharField(max_length=8, choices=Sex.choices, default=Sex.UNKNOWN)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=32, blank=True)
    mobile = models.CharField(max_length=16, blank=True, help_text="For text messages: + country code, digits only.")
    address = models.CharField(max_length=240, blank=True)
    time_zone = models.CharField(max_length=64)
    email_allowed = models.BooleanField("may be contacted by e-mail", default=True)
    contact_by = models.CharField(max_length=5, choices=ContactBy.choices, default=ContactBy.EMAIL)
    emergency_name = models.CharField(max_length=120, blank=True)
    emergency_phone = models.CharField(max_length=32, blank=True)
    emergency_relation = models.CharField(max_length=60, blank=True)
    height_cm = models.PositiveSmallIntegerField(null=True, blank=True)
    search_text = models.CharField(max_length=300, editable=False)
    duplicate_reason = SealedTextField("why this is not the same person", blank=True)
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    discharged_from_care_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = PatientQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "mrn"], name="mrn_once_per_practice"),
            models.CheckConstraint(condition=Q(height_cm=None) | Q(height_cm__range=(50, 250)), name="height_50_250"),
            models.CheckConstraint(condition=Q(sex_at_birth__in=["female", "male", "unknown"]), name="sex_known"),
            models.CheckConstraint(
                condition=Q(contact_by="email") | Q(contact_by="text") & ~Q(mobile=""), name="texts_need_a_mobile"
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "family_name", "given_name", "id"], name="patient_by_name"),
            models.Index(fields=["practice", "discharged_from_care_at"], name="patient_in_care"),
            models.Index(fields=["practice", "birth_date"], name="patient_by_birth"),
            models.Index(fields=["practice", "registered_at", "id"], name="patient_by_registration"),
        ]

    @property
    def name(self) -> str:
        """The name staff call the patient by: preferred first name when there is one."""
        return f"{self.preferred_name or self.given_name} {self.family_name}"

    @property
    def is_in_care(self) -> bool:
        return self.discharged_from_care_at is None

    @property
    def legal_name(self) -> str:
        return f"{self.family_name}, {self.given_name}"

    @property
    def initials(self) -> str:
        return ((self.preferred_name or self.given_name)[:1] + self.family_name[:1]).upper()

    def age_on(self, day) -> int:
        born = self.birth_date
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    def __str__(self):
        return f"{self.name} ({self.mrn})"
