"""Mail in clear leaves no machine but in a demo: the check says so, and nothing starts."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from lodesk.alerts.checks import mail_goes_over_tls, refuse_mail_in_clear


@pytest.fixture
def server(settings: Any) -> Any:
    """A mail server somewhere else, without TLS, outside a demo."""
    settings.DEBUG = settings.DEMO = False
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST = "mail.example"
    return settings


def test_a_server_elsewhere_without_tls_is_refused(server: Any) -> None:
    (found,) = mail_goes_over_tls()
    assert found.id == "lodesk.E003"
    with pytest.raises(ImproperlyConfigured, match="without TLS"):
        refuse_mail_in_clear()


@pytest.mark.parametrize("setting", ["EMAIL_USE_TLS", "EMAIL_USE_SSL", "DEBUG", "DEMO"])
def test_tls_and_a_demo_are_fine(server: Any, setting: str) -> None:
    setattr(server, setting, True)
    assert mail_goes_over_tls() == []
    refuse_mail_in_clear()


@pytest.mark.parametrize(
    ("host", "fine"),
    [("localhost", True), ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("[::1]", True),
     ("", True), ("10.0.0.1", False), ("localhost.example", False), ("0.0.0.0", False)],  # noqa: S104
)  # fmt: skip
def test_only_a_relay_on_this_machine_needs_none(
    server: Any,
    host: str,
    fine: bool,
) -> None:
    server.EMAIL_HOST = host
    assert (mail_goes_over_tls() == []) == fine
