"""What a patient sees: links and questionnaires on a phone or the clinic's tablet."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
