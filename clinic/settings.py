"""Settings: production values by default; `CLINIC_ONE_MACHINE=1` relaxes only what plain loopback HTTP needs."""

import os
from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF

from clinic import env

BASE_DIR = Path(__file__).resolve().parent.parent
HOME = env.data_home()
ONE_MACHINE = env.flag("CLINIC_ONE_MACHINE")
TESTING = env.flag("CLINIC_TESTING")

_keys = env.load_keys(HOME, ONE_MACHINE)
SECRET_KEY = _keys["SECRET_KEY"] or "refused-by-the-start-up-check"
SECRET_KEY_FALLBACKS = [key for key in os.environ.get("SECRET_KEY_FALLBACKS", "").split(",") if key]
SEAL_RINGS = env.seal_rings(_keys)
ANCHOR_KEY = _keys["ANCHOR_KEY"]
# Where the audit trail is copied to within a minute, on another host (R57); empty: nowhere.
AUDIT_SHIP_FOLDER = os.environ.get("AUDIT_SHIP_FOLDER", "")
# A folder on another disk or host: what stands there cannot be changed by who commands the database (R47).
ANCHOR_FOLDER = Path(os.environ.get("ANCHOR_FOLDER") or HOME / "anchors")
# Where backups are written, encrypted for keys that are kept elsewhere (R101); empty: nowhere.
BACKUP_FOLDER = os.environ.get("BACKUP_FOLDER") or (str(HOME / "backups") if ONE_MACHINE else "")
BACKUP_RECIPIENTS = os.environ.get("BACKUP_RECIPIENTS", "").split()
BACKUP_KEEP_DAYS = int(os.environ.get("BACKUP_KEEP_DAYS") or "30")
DEBUG = env.flag("DEBUG")
ALLOWED_HOSTS = [h for h in os.environ.get("ALLOWED_HOSTS", "").split(",") if h]
if ONE_MACHINE:
    ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if o]
PUBLIC_URL = os.environ.get("PUBLIC_URL", f"http://127.0.0.1:{os.environ.get('CLINIC_PORT', '8000')}")

INSTALLED_APPS = [
    "common",
    "accounts",
    "patients",
    "assessments",
    "dosing",
    "sessions_app",
    "integration_notes",
    "followups",
    "outcomes",
    "portal",
    "demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
    "lucide",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "common.middleware.RequestIdMiddleware",
    "common.middleware.SecurityHeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.ActorMiddleware",
    "portal.kiosk.KioskMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "common.middleware.ErrorMiddleware",
]

ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.shell",
                "patients.context.emergency_banner",
                "sessions_app.offline_key.owner_on_page",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

DATABASES = {"default": env.database(HOME, os.environ.get("DATABASE_URL", ""))}
# Only `migrate` runs as the owner of the tables; it then says what this other role may do (common.grants).
DATABASE_RUNTIME_ROLE = env.role_of(os.environ.get("DATABASE_RUNTIME_URL", ""))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.EmailBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "accounts:home"

SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_IDLE_SECONDS = 15 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = not ONE_MACHINE
SESSION_COOKIE_NAME = "clinic_session" if ONE_MACHINE else "__Host-session"
CSRF_COOKIE_SECURE = not ONE_MACHINE
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "clinic_csrf" if ONE_MACHINE else "__Host-csrf"
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = not ONE_MACHINE
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 0 if ONE_MACHINE else 63072000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_CONTENT_TYPE_NOSNIFF = True
# "no-referrer" would make browsers send `Origin: null` with forms, which the CSRF check refuses; nothing goes
# to another origin under "same-origin" either.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_TLS_PROXY") else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}
PERMISSIONS_POLICY = {
    name: [] for name in ("camera", "microphone", "geolocation", "payment", "usb", "accelerometer", "gyroscope")
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "common.static_sources.PackagedFilesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "common.static_sources.NamedModulesStorage"},
}
WHITENOISE_ALLOW_ALL_ORIGINS = False  # nobody else's page has to read our scripts and styles
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

EMAIL_BACKEND = os.environ.get(
    "EMAIL_BACKEND",
    "clinic.mail_folder.EmailBackend" if ONE_MACHINE else "django.core.mail.backends.smtp.EmailBackend",
)
EMAIL_FILE_PATH = HOME / "mail"
EMAIL_HOST = os.environ.get("EMAIL_HOST", "127.0.0.1")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "care-team@clinic.invalid")

# Text messages: Twilio's Messages API; on one machine files in a folder; nothing on a server without credentials.
TWILIO = {
    "url": os.environ.get("TWILIO_API_URL") or "https://api.twilio.com",
    "account": os.environ.get("TWILIO_ACCOUNT_SID", ""),
    "token": os.environ.get("TWILIO_AUTH_TOKEN", ""),
    "sender": os.environ.get("TWILIO_FROM", ""),
    "service": os.environ.get("TWILIO_MESSAGING_SERVICE_SID", ""),
}
TEXT_PROVIDER = "twilio" if TWILIO["account"] else "folder" if ONE_MACHINE else ""
TEXT_FOLDER = HOME / "texts"
MESSAGES_PER_MINUTE = int(os.environ.get("MESSAGES_PER_MINUTE") or "30")  # of all practices and channels together

REDIS_URL = os.environ.get("REDIS_URL", "")
CELERY_SWEEP_SECONDS = float(os.environ.get("CELERY_SWEEP_SECONDS", "15"))

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api_auth.SessionActor", "accounts.api_auth.TokenActor"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api_auth.DenyUnlessDeclared"],
    "DEFAULT_PARSER_CLASSES": ["common.api.BoundedJSON"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "common.api.Cursor",
    "PAGE_SIZE": 20,
    "EXCEPTION_HANDLER": "common.api.problem_handler",
    "COERCE_DECIMAL_TO_STRING": False,
    "UNAUTHENTICATED_USER": None,
    "DATETIME_FORMAT": "iso-8601",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Clinic API",
    "DESCRIPTION": "Version 1. Amounts are decimals, times are ISO 8601 in UTC, ids are UUIDs made by the client.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    # Several resources have a `state`, a `route`, a `what`; without names of their own they would be numbered.
    "ENUM_NAME_OVERRIDES": {
        "SessionState": "sessions_app.states.State.choices",
        "ReadingSeverity": "sessions_app.api.shapes.SEVERITIES",
        "Route": "common.clinical.Route.choices",
        "RescueRoute": "sessions_app.models.RescueDrug.Route",
        "ObservationWhat": "sessions_app.models.Observation.What",
        "AdverseEventOutcome": "sessions_app.models.AdverseEvent.Outcome",
        "CriterionOutcome": "sessions_app.api.leaving.OUTCOMES",
        "DeliveryState": "followups.api.DELIVERIES",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"celery.worker.strategy": {"level": "WARNING"}, "fontTools": {"level": "WARNING"}},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
