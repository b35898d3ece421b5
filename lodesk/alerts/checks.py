"""Mail leaves this machine over TLS only: who is told of which dossier is nobody else's to read."""

import ipaddress
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

IN_CLEAR = (
    "EMAIL_URL names a mail server on another machine without TLS:"
    " write smtp://…?tls=true (STARTTLS) or ?ssl=true."
)


def mail_goes_over_tls(*_args: Any, **_options: Any) -> list[CheckMessage]:
    """Fail `manage.py check --deploy` when mail would go in clear."""
    return [Error(IN_CLEAR, id="lodesk.E003")] if _in_clear() else []


def refuse_mail_in_clear() -> None:
    """Raise ImproperlyConfigured when mail would go in clear; called before anything serves."""
    if _in_clear():
        raise ImproperlyConfigured(IN_CLEAR)


def _in_clear() -> bool:
    if settings.DEBUG or settings.DEMO or settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL:
        return False
    return not _on_this_machine(settings.EMAIL_HOST)


def _on_this_machine(host: str) -> bool:
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
