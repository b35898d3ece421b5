"""From where an act comes: address and program of the request that is being answered."""

import ipaddress
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

LONGEST_AGENT = 80


@dataclass(frozen=True)
class Origin:
    """Address and program. Both empty: the worker, or a command."""

    ip: str | None = None
    agent: str = ""


_origin: ContextVar[Origin] = ContextVar("lodesk_origin", default=Origin())  # noqa: B039  (frozen)

_PROGRAMS = (  # the first that is named: others call themselves Chrome and Safari as well
    ("Edge", r"Edg(?:e|A|iOS)?/(\d+)"),
    ("Opera", r"OPR/(\d+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/(\d+)"),
    ("Chrome", r"(?:Chrome|CriOS)/(\d+)"),
    ("Safari", r"Version/(\d+)[\d.]* (?:Mobile/\w+ )?Safari/"),
)
_SYSTEMS = (
    ("Android", r"Android"),
    ("iOS", r"iPhone|iPad"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X"),
    ("Linux", r"Linux"),
)


def current_origin() -> Origin:
    """Where the current code was asked from."""
    return _origin.get()


@contextmanager
def coming_from(request: HttpRequest) -> Iterator[None]:
    """Write the rows of this block as coming from this request."""
    agent = short_agent(request.headers.get("User-Agent", ""))
    token = _origin.set(Origin(ip=_address(request), agent=agent))
    try:
        yield
    finally:
        _origin.reset(token)


def short_agent(header: str) -> str:
    """Say "Firefox 140, Windows"; of an unknown program the beginning of what it says."""
    program = next(
        (f"{name} {found[1]}" for name, form in _PROGRAMS if (found := re.search(form, header))), ""
    )
    system = next((name for name, form in _SYSTEMS if re.search(form, header)), "")
    if not program:
        printable = "".join(each if each.isprintable() else " " for each in header)
        return printable[:LONGEST_AGENT]
    return ", ".join(filter(None, [program, system]))[:LONGEST_AGENT]


def _address(request: HttpRequest) -> str | None:
    """Give the address of the client: the one our own proxies saw, never one it claims.

    As many proxies are believed as allauth believes for its rate limits.
    """
    proxies = getattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 0)
    seen = request.headers.get("X-Forwarded-For", "").split(",")
    believed = seen[-proxies] if 0 < proxies <= len(seen) else ""
    try:
        return str(ipaddress.ip_address(believed.strip() or request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return None
