from django.apps import AppConfig


class SessionsAppConfig(AppConfig):
    name = "sessions_app"

    def ready(self):
        from accounts.access import scope_tests
        from accounts.practice import defaults
        from sessions_app.roster import is_on_roster
        from sessions_app.starting_rows import make_starting_rows

        scope_tests.register("roster", is_on_roster)
        defaults.register("rooms", make_starting_rows)
