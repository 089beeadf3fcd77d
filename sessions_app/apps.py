from django.apps import AppConfig


class SessionsAppConfig(AppConfig):
    name = "sessions_app"

    def ready(self):
        from accounts.access import scope_tests
        from accounts.navigation import home_panels, navigation
        from accounts.practice import defaults
        from assessments.hooks import licence_changed
        from assessments.trend import every_dose, marks
        from common.guards import insert_guards
        from common.signatures import signed_rows
        from dosing.hooks import diversion_facts, measured_weights, rosters
        from patients import chart
        from sessions_app import dosing_home, gates, home, hooks, rems_home, told_below
        from sessions_app.actions.rems import open_rems_form
        from sessions_app.diversion_facts import diversion_facts as read_facts
        from sessions_app.guards import roster_guards
        from sessions_app.rems.gate import rems_blockers
        from sessions_app.roster import is_on_roster, sessions_of
        from sessions_app.signed_content import signed_sessions
        from sessions_app.starting_rows import make_starting_rows

        scope_tests.register("roster", is_on_roster)
        rosters.register("sessions", sessions_of)
        diversion_facts.register("facts", read_facts)
        defaults.register("rooms", make_starting_rows)
        signed_rows.register("sessions", signed_sessions)
        insert_guards.register("roster", roster_guards)
        marks.register("sessions", told_below.dose_marks)
        every_dose.register("sessions", told_below.every_dose)
        licence_changed.register("cadss", told_below.offer_cadss_with_its_licence)
        measured_weights.register("sessions", told_below.weights_at_check_in)
        navigation.register("sessions", home.navigation_entries)
        home_panels.register("sessions", home.home_panels_for)
        chart.tabs.register("sessions", home.chart_tabs)
        chart.summary.register("sessions", home.chart_summary)
        chart.series_panels.register("sessions", home.series_panels)
        chart.sessions_given.register("sessions", home.sessions_given)
        navigation.register("dosing_records", dosing_home.navigation_entries)
        home_panels.register("dosing_records", dosing_home.home_panels_for)
        gates.dose_blockers.register("rems", rems_blockers)
        hooks.first_dose.register("rems form", open_rems_form)
        home_panels.register("rems", rems_home.home_panels_for)
        navigation.register("rems", rems_home.navigation_entries)
