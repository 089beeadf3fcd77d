from django.apps import AppConfig


class DosingConfig(AppConfig):
    name = "dosing"

    def ready(self):
        from accounts.practice import defaults
        from dosing.starting_rows import make_starting_rows

        defaults.register("dosing", make_starting_rows)
