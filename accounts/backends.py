"""Signs a person in by e-mail and password; takes the same time for unknown addresses (R26)."""

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password

from accounts.models import User


class EmailBackend(BaseBackend):
    def authenticate(self, request, email=None, password=None, **_):
        if not email or password is None:
            return None
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None:
            make_password(password)
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id):
        return User.objects.filter(pk=user_id, is_active=True).first()
