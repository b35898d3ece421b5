"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and what they may do follows from the postings valid now."""

    name = "accounts"

    def ready(self) -> None:
        """Listen for sign-in and sign-out."""
        from accounts import signs  # noqa: F401, PLC0415  (models are ready only now)
