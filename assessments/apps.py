"""Questionnaires, their scores over time, and the risk answers that need a person."""

from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"

    def ready(self):
        from accounts.navigation import home_panels, navigation
        from assessments import home
        from patients import chart

        navigation.register("assessments", home.navigation_entries)
        home_panels.register("assessments", home.home_panels_for)
        chart.tabs.register("assessments", home.chart_tabs)
        chart.summary.register("assessments", home.chart_panels)
