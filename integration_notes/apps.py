from django.apps import AppConfig


class IntegrationNotesConfig(AppConfig):
    name = "integration_notes"

    def ready(self):
        from accounts.navigation import home_panels, navigation
        from integration_notes import home
        from patients import chart

        home_panels.register("integration", home.home_panels_for)
        navigation.register("integration", home.navigation_entries)
        chart.tabs.register("integration", home.chart_tabs)
        chart.summary.register("integration", home.chart_panels)
