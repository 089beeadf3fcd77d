"""What came of the treatment, counted over many patients; reads only."""

from django.apps import AppConfig


class OutcomesConfig(AppConfig):
    name = "outcomes"

    def ready(self):
        from accounts.navigation import navigation
        from outcomes import home

        navigation.register("outcomes", home.navigation_entries)
