"""The entry point for granian and gunicorn; it refuses to serve an insecure or altered installation."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
os.environ.setdefault("STATEMENT_SECONDS", "10")  # no request keeps PostgreSQL busy for longer (R91)

application = get_wsgi_application()

from clinic.garbage import leave_out_what_stays  # noqa: E402
from clinic.startup import refuse_insecure_start  # noqa: E402  (apps must be loaded first)

refuse_insecure_start()
leave_out_what_stays()
