from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "patients"

    def ready(self):
        from accounts.access import scope_tests
        from accounts.emergency import emergencies
        from accounts.navigation import home_panels, navigation
        from patients.home import home_panels_for, navigation_entries
        from patients.scope import is_on_team, opened_in_emergency

        scope_tests.register("team", is_on_team)
        emergencies.register("patients", opened_in_emergency)
        navigation.register("patients", navigation_entries)
        home_panels.register("patients", home_panels_for)
