"""What the page of a session and its summary say of it in the same way."""

from accounts.roles import Permission
from common.clinical import Route
from sessions_app.state_words import chip_of
from sessions_app.states import State


class SessionWords:
    """Mixed into frozen values that have `session` and `reach`."""

    @property
    def state(self) -> State:
        return self.session.state_now

    @property
    def chip_kind(self) -> str:
        return chip_of(self.state)

    @property
    def owes_rems(self) -> bool:
        """An esketamine session with a dose has a form for the REMS."""
        given = self.session.dosing_record
        is_esketamine = given is not None and given.route == Route.ESK
        return is_esketamine and self.reach.may(Permission.VIEW_REMS)
