from django.apps import AppConfig


class FollowupsConfig(AppConfig):
    name = "followups"

    def ready(self):
        from accounts.practice import defaults
        from assessments.hooks import submitted
        from followups import wiring
        from followups.defaults import make_default_points
        from sessions_app.hooks import first_dose

        defaults.register("follow-up points", make_default_points)
        first_dose.register("follow-up plan", wiring.plan_after_first_dose)
        submitted.register("check-in", wiring.close_answered_check_in)
