"""People who work here: the practice (tenant), the user, and the membership that joins them with roles."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from accounts.roles import Role
from common.records import Privacy, Record, RecordKind
from common.time_zones import known_time_zones


class Practice(Record):
    """A clinic: the tenant that bounds every record."""

    kind = RecordKind.REFERENCE
    privacy = Privacy(
        operational="id name time_zone phone address dea_number crisis_label crisis_number emergency_number "
        "next_mrn witness_therapist report_least_count created_at"
    )

    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64, default="America/New_York")
    phone = models.CharField(max_length=32, blank=True)
    address = models.CharField(max_length=240, blank=True)
    dea_number = models.CharField("DEA registration number", max_length=16, blank=True)
    crisis_label = models.CharField(max_length=80, default="Crisis line")
    crisis_number = models.CharField(max_length=20, default="988")
    emergency_number = models.CharField(max_length=20, default="911")
    next_mrn = models.PositiveIntegerField(default=1001)
    witness_therapist = models.BooleanField("therapists may witness waste", default=False)
    report_least_count = models.PositiveSmallIntegerField("fewest people that a report shows", default=11)
    created_at = models.DateTimeField()

    def __str__(self):
        return self.name


class UserManager(BaseUserManager):
    def get_by_natural_key(self, email):
        return self.get(email=email.strip().lower())


class User(AbstractBaseUser, Record):
    """A person who signs in with an e-mail address and a password (Argon2id, R21)."""

    kind = RecordKind.EDITABLE
    privacy = Privacy(
        operational="id password last_login email full_name credentials is_active must_change_password created_at "
        "has_second_factor factor_changed_at"
    )

    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=120)
    credentials = models.CharField("professional credentials", max_length=40, blank=True)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=True)
    has_second_factor = models.BooleanField(default=False)
    factor_changed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]
    objects = UserManager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(email=""), name="user_has_email")]

    def _get_session_auth_hash(self, secret=None):
        """What a sign-in is bound to: it ends when the password or the second factor changes (R27)."""
        bound = f"{self.password}|{self.factor_changed_at and self.factor_changed_at.timestamp()}"
        return salted_hmac("accounts.User.sign_in", bound, secret=secret, algorithm="sha256").hexdigest()

    def __str__(self):
        return f"{self.full_name}, {self.credentials}" if self.credentials else self.full_name


class MembershipQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True, user__is_active=True)

    def of_practice(self, practice_id):
        return self.filter(practice_id=practice_id).select_related("user")

    def with_role(self, role: Role):
        return self.filter(**{f"is_{role.value}": True})

    def visible_to(self, actor):
        return self.none() if actor is None else self.of_practice(actor.practice_id)

    def in_order(self):
        """Who works here now first, then by name."""
        return self.order_by("-is_active", "user__full_name", "pk")

    def counted(self) -> dict[str, int]:
        """How many, and how many have not replaced their temporary password yet."""
        waiting = models.Count("pk", filter=Q(user__must_change_password=True))
        return self.aggregate(staff_count=models.Count("pk"), waiting_count=waiting)


class Membership(Record):
    """One person's work in one practice, and the roles held there."""

    kind = RecordKind.EDITABLE
    privacy = Privacy(
        operational="id user practice initials npi dea_number is_prescriber is_nurse is_therapist is_admin "
        "is_compliance is_active joined_at left_at awaits_role emergency_until"
    )

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="memberships")
    initials = models.CharField(max_length=4)
    npi = models.CharField("NPI", max_length=10, blank=True)
    dea_number = models.CharField("DEA number", max_length=16, blank=True)
    is_prescriber = models.BooleanField(default=False)
    is_nurse = models.BooleanField("is nurse / monitor", default=False)
    is_therapist = models.BooleanField(default=False)
    is_admin = models.BooleanField(default=False)
    is_compliance = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    awaits_role = models.BooleanField("has no role before a second person approves one", default=False)
    emergency_until = models.DateTimeField("no emergency access is open later than this", null=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "practice"], name="one_membership_per_practice"),
            models.CheckConstraint(
                condition=Q(is_prescriber=True)
                | Q(is_nurse=True)
                | Q(is_therapist=True)
                | Q(is_admin=True)
                | Q(is_compliance=True)
                | Q(awaits_role=True),
                name="membership_has_a_role",
            ),
            models.CheckConstraint(
                condition=Q(is_active=True, left_at=None) | Q(is_active=False, left_at__isnull=False),
                name="membership_left_when_inactive",
            ),
        ]

    @property
    def roles(self) -> tuple[Role, ...]:
        return tuple(role for role in Role if getattr(self, f"is_{role.value}"))

    @property
    def role_labels(self) -> str:
        return ", ".join(role.label for role in self.roles)

    def __str__(self):
        return str(self.user)


class RoleRequestQuerySet(models.QuerySet):
    def visible_to(self, actor):
        return self.none() if actor is None else self.filter(membership__practice_id=actor.practice_id)

    def waiting(self):
        return self.filter(decided_at=None)

    def with_people(self):
        return self.select_related("membership__user", "requested_by__user", "decided_by__user")


class RoleRequest(Record):
    """A role that may give, sign or order drugs, asked for by one person and decided by another (R15)."""

    kind = RecordKind.EDITABLE
    privacy = Privacy(operational="id membership role requested_at requested_by decided_at decided_by outcome")

    class Outcome(models.TextChoices):
        WAITING = "waiting", "Waits for a second person"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "No longer needed"

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="role_requests")
    role = models.CharField(max_length=12)
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True)
    outcome = models.CharField(max_length=9, choices=Outcome.choices, default=Outcome.WAITING)

    objects = RoleRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "role"], condition=Q(decided_at=None), name="role_asked_for_once"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="approved") | ~Q(decided_by=models.F("requested_by")),
                name="role_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(outcome="waiting", decided_at=None) | (~Q(outcome="waiting") & Q(decided_at__isnull=False)),
                name="role_decided_when_not_waiting",
            ),
        ]

    @property
    def role_label(self) -> str:
        return Role(self.role).label


class SignInFailure(Record):
    """A failed sign-in, counted in the database so that no cache flush resets it (R24)."""

    kind = RecordKind.WORKING
    privacy = Privacy(operational="id email_hash ip at")

    email_hash = models.CharField(max_length=64)
    ip = models.CharField(max_length=45)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["email_hash", "ip", "at"], name="failure_account_ip"),
            models.Index(fields=["ip", "at"], name="failure_ip"),
        ]


class ApiTokenQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """One's own tokens in this practice."""
        return self.none() if actor is None else self.filter(membership_id=actor.membership_id)

    def in_order(self):
        return self.order_by("-created_at", "pk")


class ApiToken(Record):
    """A token for the API: only its SHA-256 is stored; ends with the membership."""

    kind = RecordKind.WORKING
    privacy = Privacy(operational="id membership name token_hash created_at expires_at revoked_at")

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=60)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = ApiTokenQuerySet.as_manager()

    def state(self, at) -> str:
        """ended, expired or active."""
        if self.revoked_at:
            return "ended"
        return "active" if self.expires_at > at else "expired"


TIME_ZONES = [(name, name.replace("_", " ")) for name in sorted(known_time_zones()) if "/" in name]
