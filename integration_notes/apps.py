from django.apps import AppConfig


class IntegrationNotesConfig(AppConfig):
    name = "integration_notes"
