"""People, practices, roles and signing in; the lowest app above the kernel."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self):
        from accounts import api_schema  # noqa: F401  (tells the OpenAPI document how to sign in)
        from accounts.home import home_panels_for, navigation_entries
        from accounts.navigation import home_panels, navigation
        from accounts.reference import role_page
        from common.reference import pages

        navigation.register("accounts", navigation_entries)
        home_panels.register("accounts", home_panels_for)
        pages.register("roles", role_page)
