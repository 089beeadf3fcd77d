#!/usr/bin/env python3
"""Run Django's management commands for the clinic."""

import os
import sys

OWNER_COMMANDS = {"migrate", "rotate_field_keys"}


def main() -> None:
    owner_url = os.environ.get("DATABASE_OWNER_URL")
    if owner_url and OWNER_COMMANDS & set(sys.argv[1:2]):  # tables belong to another role than the one that runs
        os.environ["DATABASE_RUNTIME_URL"] = os.environ.get("DATABASE_URL", "")
        os.environ["DATABASE_URL"] = owner_url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
