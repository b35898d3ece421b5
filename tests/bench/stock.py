"""Databases of several sizes, drawn once and kept under `var/bench` between runs."""

import hashlib
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from lodesk.embedded.console import say
from lodesk.embedded.places import REPOSITORY, Places, var_folder
from lodesk.embedded.servers import ROLES, Servers
from lodesk.embedded.testing import DOCUMENT_KEYS

SEED = 1

# The same grants in guardian's generic tables, which the product does not use: to compare with.
GENERIC = (
    "INSERT INTO guardian_userobjectpermission"
    " (object_pk, content_type_id, permission_id, user_id)"
    " SELECT g.content_object_id::text, p.content_type_id, p.id, g.user_id"
    " FROM cases_dossieruserpermission g JOIN auth_permission p ON p.id = g.permission_id"
    " WHERE p.codename = 'view_dossier' ON CONFLICT DO NOTHING",
    "INSERT INTO guardian_groupobjectpermission"
    " (object_pk, content_type_id, permission_id, group_id)"
    " SELECT g.content_object_id::text, p.content_type_id, p.id, g.group_id"
    " FROM cases_dossiergrouppermission g JOIN auth_permission p ON p.id = g.permission_id"
    " WHERE p.codename = 'view_dossier' ON CONFLICT DO NOTHING",
    "VACUUM (ANALYZE) guardian_userobjectpermission",
    "VACUUM (ANALYZE) guardian_groupobjectpermission",
)


@dataclass(frozen=True)
class Stock:
    """The servers of the bench and what is in them."""

    servers: Servers

    @classmethod
    def opened(cls) -> "Stock":
        """Start the servers, with the settings of `make run` and data of their own."""
        places = Places(var_folder() / "bench")
        places.prepare()
        stock = cls(Servers(places))
        stock.servers.postgres.start()
        stock.servers.make_roles()
        stock.servers.valkey.start()
        return stock

    def close(self) -> None:
        """Stop the servers; the data stay."""
        self.servers.valkey.stop()
        self.servers.postgres.stop()

    def name(self, size: int) -> str:
        """The database of a size."""
        return f"bench_{size}"

    def environment(self, database: str, *, owner: bool = False) -> dict[str, str]:
        """What settings.py reads."""
        places = self.servers.places
        return os.environ | {
            "DATABASE_URL": self.servers.database_url(name=database),
            "LODESK_OWNER_DATABASE_URL": self.servers.database_url(owner=True, name=database),
            "LODESK_AS_OWNER": "1" if owner else "0",
            "REDIS_URL": self.servers.redis_url(),
            "LODESK_DEMO": "1",
            "LODESK_SECRET_KEY": "only-for-the-bench-" + "0123456789abcdef" * 4,
            "LODESK_HOSTS": "127.0.0.1,localhost,testserver",
            "LODESK_LOG_LEVEL": "WARNING",
            "LODESK_STATIC_ROOT": str(places.root / "static"),
            "LODESK_DOCUMENT_ROOT": str(places.root / "documents"),
            "LODESK_DOCUMENT_KEYS": DOCUMENT_KEYS,
            "DJANGO_SETTINGS_MODULE": "lodesk.settings",
            "EMAIL_URL": os.environ.get("EMAIL_URL", "dummymail://"),
        }

    def ensure(self, size: int) -> float:
        """Draw a database of this size unless this version's is there. Returns the seconds."""
        name = self.name(size)
        noted = self.servers.places.state / f"drawn-{size}-{_version()}.txt"
        if noted.is_file():
            self.manage(name, "migrate", "--no-input", "--verbosity=0")  # today's border
            return float(noted.read_text())
        say(f"  drawing {size:,} dossiers …")
        self.fresh(name)
        begun = time.monotonic()
        self.manage(name, "demo_data", "--dossiers", str(size), "--seed", str(SEED))
        seconds = time.monotonic() - begun
        self.manage(name, "verify_border")
        with self.servers.postgres.connect(name) as server:
            for statement in GENERIC:
                server.execute(statement)
        noted.write_text(f"{seconds:.0f}")
        return seconds

    def fresh(self, name: str) -> None:
        """An empty database with tables and border."""
        with self.servers.postgres.connect() as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        with self.servers.postgres.connect(name) as server:
            server.execute(ROLES.read_bytes())
        self.manage(name, "migrate", "--no-input", "--verbosity=0")

    def copy(self, source: str, name: str) -> None:
        """A copy to write to, so that what is kept stays as drawn."""
        with self.servers.postgres.connect() as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY file_copy')

    def index_by_date(self, name: str) -> None:
        """Give what is compared with the product, and only that, the index it would have."""
        with self.servers.postgres.connect(name) as server:
            server.execute("CREATE INDEX bench_by_date ON cases_dossier (opened_at DESC, id DESC)")

    def drop(self, name: str) -> None:
        """Forget a copy."""
        with self.servers.postgres.connect() as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def manage(self, database: str, *words: str) -> str:
        """Run a management command as the owner. Raises CalledProcessError when it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=REPOSITORY,
            env=self.environment(database, owner=True),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout


def _version() -> str:
    """What decides what is drawn: the tables and the drawing itself."""
    files = [*REPOSITORY.glob("*/migrations/*.py"), *REPOSITORY.glob("cases/demo/**/*.py")]
    content = b"".join(file.read_bytes() for file in sorted(files))
    return hashlib.sha256(content).hexdigest()[:12]


def results(places: Places) -> Path:
    """Where the figures of a run are kept."""
    return places.state / "results.json"
