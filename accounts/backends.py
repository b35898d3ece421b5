"""How a person is recognised: by e-mail and password, through one narrow door in the database."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import check_password, make_password
from django.db import connection
from django.http import HttpRequest

from accounts.models import User
from lodesk.border.context import acting_as


class EmailBackend(BaseBackend):
    """Reads number and password hash of exactly one address, before anybody acts."""

    def authenticate(
        self, request: HttpRequest | None, email: str = "", password: str = "", **_rest: Any
    ) -> User | None:
        """The account, or None. A wrong address takes as long as a wrong password."""
        found = _look_up(email)
        if found is None:
            make_password(password)
            return None
        number, stored = found
        if not check_password(password, stored):
            return None
        with acting_as(number):
            return self.get_user(number)

    def get_user(self, user_id: int) -> User | None:
        """The account of the acting person; anybody else's does not exist."""
        return User.objects.filter(pk=user_id, is_active=True).first()


def _look_up(email: str) -> tuple[int, str] | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id, password FROM accounts_sign_in(%s)", [email.strip()])
        row = cursor.fetchone()
    return (row[0], row[1]) if row else None
