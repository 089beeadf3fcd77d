"""Decorators that declare who may call a view; a sweep fails for any address without one (R1)."""

from functools import wraps

from accounts.roles import Permission

PUBLIC, SIGNED_IN, LINK_HOLDER = "public", "signed_in", "link_holder"


def _declare(view, access: str, sign_in: bool = True):
    """`sign_in` also overrides the exemption that Django REST framework gives each of its views."""
    view.access = access
    view.login_required = sign_in
    return view


def needs(permission: Permission, poll: bool = False):
    """The view needs this permission in any scope; the record's own scope is checked by `visible_to` and actions.

    `poll=True` marks an address that pages fetch by themselves: it never extends a sign-in (R29).
    """

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            request.actor.require(permission)
            return view(request, *args, **kwargs)

        guarded.polls = poll
        return _declare(guarded, permission.value)

    return decorate


def signed_in(view):
    """Any signed-in staff member, whatever the role."""
    return _declare(view, SIGNED_IN)


def polling(view):
    """Devices and pages ask this address by themselves: it never extends a sign-in (R29)."""
    view.polls = True
    return view


def public(view):
    """Anybody: sign-in, health, error pages."""
    return _declare(view, PUBLIC, sign_in=False)


def link_holder(view):
    """Whoever holds a patient's link; the view itself checks the link."""
    return _declare(view, LINK_HOLDER, sign_in=False)


def before_own_password(view):
    """May be used while the password is still the temporary one: changing it, signing out."""
    view.before_own_password = True
    return before_factor(view)


def before_factor(view):
    """May be used by somebody who has no second factor yet: setting one up (R22)."""
    view.before_factor = True
    return view
