"""PostgreSQL and Valkey together: what `make run` and the tests start and stop."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from lodesk.embedded.places import Places
from lodesk.embedded.postgres import DEMO, TEST, Cluster
from lodesk.embedded.valkey import Valkey

DATABASE = "lodesk"
ROLES = Path(__file__).with_name("roles.sql")


@dataclass
class Servers:
    """One set of servers: the demo's, or the tests'."""

    places: Places
    for_tests: bool = False

    @cached_property
    def sockets(self) -> Path:
        """The folder both listen in."""
        return self.places.sockets()

    @cached_property
    def postgres(self) -> Cluster:
        """The database server."""
        return Cluster(self.places.database, self.sockets, TEST if self.for_tests else DEMO)

    @cached_property
    def valkey(self) -> Valkey:
        """The server that wakes the worker."""
        return Valkey(self.places.valkey, self.sockets, keep=not self.for_tests)

    def database_url(self, *, owner: bool = False, name: str = DATABASE) -> str:
        """The address of a database, for the application or for the owner."""
        user = "lodesk_owner" if owner else "lodesk_app"
        return f"postgresql://{user}@{quote(str(self.sockets), safe='')}/{name}"

    def redis_url(self, number: int = 0) -> str:
        """The address of one of Valkey's databases."""
        return f"unix://{self.sockets}/valkey.sock?db={number}"

    def make_roles(self) -> None:
        """The database and its two roles, as reviewed in `roles.sql`; changes nothing twice."""
        with self.postgres.connect() as connection:
            found = connection.execute(
                "SELECT FROM pg_database WHERE datname = 'lodesk'"
            ).fetchone()
            if found is None:
                connection.execute("CREATE DATABASE lodesk TEMPLATE template0")
        for name in (DATABASE, "template1") if self.for_tests else (DATABASE,):
            # Databases the tests make are copies of template1: they get the same rights.
            self._apply_roles(name)

    def _apply_roles(self, database: str) -> None:
        with self.postgres.connect(database) as connection:
            connection.execute(ROLES.read_bytes())
            if database == "template1":
                connection.execute("ALTER DATABASE template1 OWNER TO postgres")
