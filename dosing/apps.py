"""The drug: products, limits, stock, orders, doses."""

from django.apps import AppConfig


class DosingConfig(AppConfig):
    name = "dosing"

    def ready(self):
        from accounts.navigation import home_panels, navigation
        from accounts.practice import defaults
        from common.chain import chained_tables
        from common.guards import insert_guards
        from common.signatures import signed_rows
        from dosing import home
        from dosing.guards import chained_ledger, dose_guards
        from dosing.order_content import signed_continuations, signed_orders
        from dosing.starting_rows import make_starting_rows
        from patients import chart

        defaults.register("dosing", make_starting_rows)
        signed_rows.register("orders", signed_orders)
        signed_rows.register("plans", signed_continuations)
        insert_guards.register("dosing", dose_guards)
        chained_tables.register("dosing", chained_ledger)
        navigation.register("dosing", home.navigation_entries)
        home_panels.register("dosing", home.home_panels_for)
        chart.tabs.register("dosing", home.chart_tabs)
        chart.series_panels.register("dosing", home.series_panels)
