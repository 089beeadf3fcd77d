"""What a patient sees: links and questionnaires on a phone or the clinic's tablet."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self):
        from patients import chart
        from portal import copies

        chart.tabs.register("copy", copies.chart_tabs)
