"""Questionnaires, their scores over time, and the risk answers that need a person."""

from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"

    def ready(self):
        from accounts.navigation import home_panels, navigation
        from assessments import home, wiring
        from patients import chart
        from patients.hooks import care_ended, consent_withdrawn, contact_changed

        navigation.register("assessments", home.navigation_entries)
        home_panels.register("assessments", home.home_panels_for)
        chart.tabs.register("assessments", home.chart_tabs)
        chart.summary.register("assessments", home.chart_panels)
        contact_changed.register("links", wiring.end_links_of)
        care_ended.register("links", wiring.end_links_of)
        consent_withdrawn.register("links", wiring.end_links_without_consent)
