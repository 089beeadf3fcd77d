from django.apps import AppConfig


class IntegrationNotesConfig(AppConfig):
    name = "integration_notes"

    def ready(self):
        from accounts.navigation import home_panels, navigation
        from common.signatures import signed_rows
        from integration_notes import home, note_content, private_signing, readiness
        from patients import chart
        from sessions_app import gates

        home_panels.register("integration", home.home_panels_for)
        navigation.register("integration", home.navigation_entries)
        signed_rows.register("notes", note_content.signed_notes)
        signed_rows.register("private notes", private_signing.signed_notes)
        gates.dose_blockers.register("integration", readiness.dose_blockers)
        chart.tabs.register("integration", home.chart_tabs)
        chart.summary.register("integration", home.chart_panels)
