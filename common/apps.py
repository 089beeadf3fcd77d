"""The kernel app; after each migration it puts record triggers and grants in place (docs/decisions/0002, 0011)."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

AUDIT_COLUMNS = (
    "id at actor_id actor_name role practice_id action object_type object_id patient_id purpose outcome request_id "
    "session_hash ip user_agent detail"
)


class CommonConfig(AppConfig):
    name = "common"

    def ready(self):
        from common.chain import Chained, chain_guards, chained_tables
        from common.chain_start import begin_after_migrate
        from common.grants import grant_after_migrate
        from common.guards import insert_guards
        from common.immutability import install_after_migrate

        def chained_here() -> list[Chained]:
            return [Chained("common.AuditEvent", AUDIT_COLUMNS, when="at")]

        chained_tables.register("common", chained_here)
        insert_guards.register("chain", chain_guards)
        post_migrate.connect(install_after_migrate, sender=self, dispatch_uid="record-triggers")
        post_migrate.connect(begin_after_migrate, sender=self, dispatch_uid="chain-start")
        post_migrate.connect(grant_after_migrate, sender=self, dispatch_uid="runtime-role")
