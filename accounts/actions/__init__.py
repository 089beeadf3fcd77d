"""Everything that may be done to people and practices; the only writers of this app."""

from accounts.actions.backups import ask_for_backup, begin_backup, begin_due_backup, do_backup, record_drill
from accounts.actions.chain import ask_for_check, begin_nightly_check, do_check
from accounts.actions.factors import (
    begin_authenticator,
    check_code,
    confirm_authenticator,
    record_wrong_code,
    renew_recovery_codes,
    reset_staff_factor,
)
from accounts.actions.notices import claim_notice, record_notice_sent, record_notice_trouble
from accounts.actions.passkeys import add_passkey, check_may_add_passkey, end_passkey, show_passkey
from accounts.actions.passwords import reset_staff_password, set_own_password
from accounts.actions.practice import SETTINGS, change_practice_settings, open_practice
from accounts.actions.roles import approve_role, refuse_role, request_roles
from accounts.actions.sign_ins import end_other_sign_ins, end_sign_in, end_staff_sign_ins, forget_sign_ins
from accounts.actions.signing_in import check_sign_in, record_sign_in, record_sign_out
from accounts.actions.staff import add_staff, change_staff_roles, end_membership
from accounts.actions.tokens import issue_token, revoke_token
from accounts.credentials import reauthenticate

__all__ = [
    "SETTINGS",
    "add_passkey",
    "add_staff",
    "approve_role",
    "ask_for_backup",
    "ask_for_check",
    "begin_authenticator",
    "begin_backup",
    "begin_due_backup",
    "begin_nightly_check",
    "change_practice_settings",
    "change_staff_roles",
    "check_code",
    "check_may_add_passkey",
    "check_sign_in",
    "claim_notice",
    "confirm_authenticator",
    "do_backup",
    "do_check",
    "end_membership",
    "end_other_sign_ins",
    "end_passkey",
    "end_sign_in",
    "end_staff_sign_ins",
    "forget_sign_ins",
    "issue_token",
    "open_practice",
    "reauthenticate",
    "record_drill",
    "record_notice_sent",
    "record_notice_trouble",
    "record_sign_in",
    "record_sign_out",
    "record_wrong_code",
    "refuse_role",
    "renew_recovery_codes",
    "request_roles",
    "reset_staff_factor",
    "reset_staff_password",
    "revoke_token",
    "set_own_password",
    "show_passkey",
]
