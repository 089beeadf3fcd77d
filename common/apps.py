"""The kernel app; after each migration it puts the record triggers in place (docs/decisions/0002)."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CommonConfig(AppConfig):
    name = "common"

    def ready(self):
        from common.immutability import install_after_migrate

        post_migrate.connect(install_after_migrate, sender=self, dispatch_uid="record-triggers")
