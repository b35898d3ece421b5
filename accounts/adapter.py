"""How allauth behaves here: nobody registers by themselves (house.md section 2, trap 18)."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth with registration closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by the people administrator of the own country."""
        return False

    def add_message(self, *_args: Any, **_options: Any) -> None:
        """Say nothing on signing in or out: the page that follows says it."""
