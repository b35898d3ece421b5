"""From where: the address our own proxy saw, and the program in a few words."""

import pytest
from django.test import RequestFactory

from lodesk.audit.origin import Origin, coming_from, current_origin, short_agent

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (f"{CHROME} Safari/537.36", "Chrome 137, Linux"),
        (f"{CHROME} Safari/537.36 Edg/137.0.0.0", "Edge 137, Linux"),
        (f"{MAC} Version/18.5 Safari/605.1.15", "Safari 18, macOS"),
        (f"{PHONE} Version/18.5 Mobile/15E148 Safari/604.1", "Safari 18, iOS"),
        ("Mozilla/5.0 (Android 15; Mobile; rv:140.0) Firefox/140.0", "Firefox 140, Android"),
        ("curl/8.14.1", "curl/8.14.1"),
        ("", ""),
        ("a\x00b\x1b[31m" + "x" * 200, "a b [31m" + "x" * 72),
    ],
)
def test_a_program_is_named_shortly(header, words):
    assert short_agent(header) == words


def origin(**request: str) -> Origin:
    with coming_from(RequestFactory().get("/", **request)):
        return current_origin()


def test_an_address_that_the_client_claims_is_not_believed(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    assert origin(REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR="8.8.8.8").ip == "192.0.2.7"


def test_the_address_our_proxy_saw_is_believed(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    seen = origin(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="8.8.8.8, 2001:db8::7")
    assert seen.ip == "2001:db8::7"


def test_no_address_is_none(settings):
    """Behind a Unix socket, or when a proxy says nonsense."""
    assert origin(REMOTE_ADDR="").ip is None
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert origin(REMOTE_ADDR="", HTTP_X_FORWARDED_FOR="unknown").ip is None


def test_after_the_request_there_is_no_origin():
    origin(REMOTE_ADDR="192.0.2.7")
    assert current_origin() == Origin()
