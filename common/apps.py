"""The kernel app; after each migration it puts record triggers and grants in place (docs/decisions/0002, 0011)."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CommonConfig(AppConfig):
    name = "common"

    def ready(self):
        from common.grants import grant_after_migrate
        from common.immutability import install_after_migrate

        post_migrate.connect(install_after_migrate, sender=self, dispatch_uid="record-triggers")
        post_migrate.connect(grant_after_migrate, sender=self, dispatch_uid="runtime-role")
