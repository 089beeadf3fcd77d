from django.apps import AppConfig


class FollowupsConfig(AppConfig):
    name = "followups"

    def ready(self):
        from accounts.navigation import home_panels, navigation
        from accounts.practice import defaults
        from assessments.hooks import in_use, submitted
        from followups import home, wiring
        from followups.defaults import make_default_points
        from patients import chart
        from patients.hooks import care_ended, consent_withdrawn, zone_changed
        from sessions_app.hooks import first_dose, plan_changed

        defaults.register("follow-up points", make_default_points)
        first_dose.register("follow-up plan", wiring.plan_after_first_dose)
        plan_changed.register("check-ins", wiring.follow_the_session)
        in_use.register("follow-up points", wiring.points_that_ask_for)
        submitted.register("check-in", wiring.close_answered_check_in)
        navigation.register("follow-up", home.navigation_entries)
        home_panels.register("follow-up", home.home_panels_for)
        care_ended.register("check-ins", wiring.stop_what_was_asked)
        consent_withdrawn.register("messages", wiring.stop_messages_without_consent)
        zone_changed.register("planned check-ins", wiring.move_what_is_planned)
        chart.tabs.register("follow-up", home.chart_tabs)
        chart.summary.register("follow-up", home.chart_panels)
