"""What the site's processes find in their environment, and what the caller's already says."""

import base64
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lodesk.embedded.console import Problem
from lodesk.embedded.places import Places
from lodesk.embedded.servers import Servers

HOST = "127.0.0.1"
USUAL_PORT = 8000
# True in production; on a demo machine it is nine lines about nothing.
CELERY_AS_ROOT = "ignore:You're running the worker with superuser privileges"


@dataclass(frozen=True)
class Addresses:
    """The ports of a demo: LODESK_PORT and the two after it."""

    port: int

    @classmethod
    def chosen(cls) -> "Addresses":
        """As LODESK_PORT says."""
        said = os.environ.get("LODESK_PORT") or str(USUAL_PORT)
        if not said.isdecimal() or not 1 <= int(said) <= 65533:
            raise Problem(f"LODESK_PORT must be a port from 1 to 65533, not {said!r}.")
        return cls(int(said))

    @property
    def site(self) -> str:
        """Where the site is."""
        return f"http://{HOST}:{self.port}"

    @property
    def mail_port(self) -> int:
        """Where the catcher takes mail."""
        return self.port + 1

    @property
    def mail_page_port(self) -> int:
        """Where the catcher shows it."""
        return self.port + 2

    @property
    def mail_page(self) -> str:
        """Where the caught mails can be read."""
        return f"http://{HOST}:{self.mail_page_port}"


@dataclass(frozen=True)
class RealServers:
    """Which servers the caller's environment names: those are not started here."""

    database: bool
    redis: bool
    mail: bool

    @classmethod
    def named(cls) -> "RealServers":
        """From DATABASE_URL, REDIS_URL and EMAIL_URL."""
        found = cls(
            *(bool(os.environ.get(f"{name}_URL")) for name in ("DATABASE", "REDIS", "EMAIL"))
        )
        if found.database and not os.environ.get("LODESK_OWNER_DATABASE_URL"):
            raise Problem(
                "DATABASE_URL names a real server: set LODESK_OWNER_DATABASE_URL too "
                "(the login that owns the tables; docs/operations.md)."
            )
        return found


def environment(servers: Servers, real: RealServers, addresses: Addresses) -> dict[str, str]:
    """The environment of the site, the worker and beat; what the caller named stays."""
    own: dict[str, str] = {}
    if not real.database:
        own["DATABASE_URL"] = servers.database_url()
        own["LODESK_OWNER_DATABASE_URL"] = servers.database_url(owner=True)
    if not real.redis:
        own["REDIS_URL"] = servers.redis_url()
    if not real.mail:
        own["EMAIL_URL"] = f"smtp://{HOST}:{addresses.mail_port}"
    usual = {
        "LODESK_SECRET_KEY": secret(servers.places),
        "LODESK_HOSTS": f"{HOST},localhost",
        "LODESK_BASE_URL": addresses.site,
        "LODESK_STATIC_ROOT": str(servers.places.root / "static"),
        "LODESK_DOCUMENT_ROOT": str(servers.places.root / "documents"),
        "LODESK_DOCUMENT_KEYS_FILE": str(document_keys(servers.places)),
        "LODESK_DEMO": "1",
        "LODESK_LOG_LEVEL": "WARNING",
    }
    # Always ours, whatever the caller's shell holds: they belong to this run.
    fixed = {
        "LODESK_PORT": str(addresses.port),
        "LODESK_BIND": f"{HOST}:{addresses.port}",
        "LODESK_BEAT_FILE": str(servers.places.state / "beat"),
        "DJANGO_SETTINGS_MODULE": "lodesk.settings",
        "PYTHONUNBUFFERED": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    if os.geteuid() == 0:
        usual["PYTHONWARNINGS"] = CELERY_AS_ROOT
    return {**usual, **_without_switches(os.environ), **own, **fixed}


def as_owner(site: Mapping[str, str]) -> dict[str, str]:
    """The same, for set-up: with the login that owns the tables."""
    return {**site, "LODESK_AS_OWNER": "1"}


def secret(places: Places) -> str:
    """The demo's signing key: made once, kept in a file only this user can read."""
    file = places.root / "secret"
    known = file.read_text().strip() if file.is_file() else ""
    if len(known) >= 50:
        return known
    fresh = file.with_name("secret.new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(secrets.token_urlsafe(64))
    fresh.replace(file)
    return file.read_text().strip()


def document_keys(places: Places) -> Path:
    """The demo's document keys of the three countries: made once, in a file like `secret`."""
    file = places.root / "document-keys"
    if not file.is_file():
        fresh = file.with_name("document-keys.new")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        lines = (f"{country}:1:{_random_key()}" for country in ("BE", "NL", "LU"))
        fresh.write_text("\n".join(lines) + "\n")
        fresh.replace(file)
    return file


def _random_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _without_switches(found: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment, less what would make the site another kind of site."""
    switches = {"LODESK_AS_OWNER", "LODESK_DEBUG"}
    return {name: value for name, value in found.items() if name not in switches}
