"""Whole requests and single statements at one size: `python -m tests.bench.measure SIZE TURNS`.

Runs as the application's login on a copy of the drawn database and prints JSON. Requests go through
Django's client in this process: all of the site's own work, none of the network's.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import django

django.setup()

import psycopg  # noqa: E402
from django.contrib.auth.models import Group  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import QuerySet  # noqa: E402
from django.test import Client  # noqa: E402
from guardian.models import GroupObjectPermission, UserObjectPermission  # noqa: E402
from guardian.shortcuts import get_objects_for_user  # noqa: E402

from accounts.models import User  # noqa: E402
from cases import policy  # noqa: E402
from cases.models import Dossier  # noqa: E402
from cases.models.readers import PHASES  # noqa: E402
from cases.selectors import filters, lists, rows  # noqa: E402
from cases.selectors.lists import Wanted, Way  # noqa: E402
from lodesk.border.context import acting_as  # noqa: E402
from tests.bench.clock import Times, medians  # noqa: E402
from tests.bench.forms import form_values  # noqa: E402
from tests.bench.readers import READERS, Reader  # noqa: E402
from tests.pages import CHECKED  # noqa: E402

BACKEND = "accounts.backends.EmailBackend"
NEWEST = Way.by("opened_at", backwards=True)
GUARDIAN = "guardian.shortcuts"
GIVER, TAKER = "be-officer1-bog@lodesk.example", "be-officer2-bog@lodesk.example"
SLOW_TURNS = 3  # of what takes seconds
WRITES = 12
FOUND = 302
PARTS = ("state", "promises", "deadline", "contacts", "risks")
NOTE = {f"note_{part}": "None." for part in PARTS} | {f"read_{part}": "on" for part in PARTS}
NOTE |= CHECKED


@dataclass
class Measured:
    """What one size costs, in milliseconds."""

    size: int
    pages: dict[str, Times] = field(default_factory=dict)  # reader -> page
    shown: dict[str, dict[str, int]] = field(default_factory=dict)  # reader -> page -> rows
    statements: dict[str, Times] = field(default_factory=dict)  # reader -> way
    acts: Times = field(default_factory=dict)


def main(size: int, turns: int) -> Measured:
    """Measure everything at one size."""
    measured = Measured(size)
    for reader in READERS:
        _pages(reader, turns, measured)
        measured.statements[reader.key] = _statements(reader, turns)
    measured.acts = _acts()
    return measured


def _user(email: str) -> User:
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id FROM accounts_sign_in(%s)", [email])
        ((key,),) = cursor.fetchall()
    with acting_as(key):
        return User.objects.get(pk=key)


def _client(user: User) -> Client:
    client = Client()
    with acting_as(user.pk):
        client.force_login(user, backend=BACKEND)
    return client


# Whole requests ---------------------------------------------------------------------------


def _pages(reader: Reader, turns: int, measured: Measured) -> None:
    user = _user(reader.email)
    client = _client(user)
    paths = _paths(user, client)
    shown: dict[str, int] = {}

    def ask(path: str) -> Callable[[], object]:
        return lambda: client.get(path)

    for name, path in paths.items():
        answer = client.get(path)
        if answer.status_code not in (200, 302):
            raise SystemExit(f"{path} for {reader.person}: {answer.status_code}")
        shown[name] = answer.content.count(b" data-row") if answer.status_code == 200 else 0
    work = {name: ask(path) for name, path in paths.items()}
    measured.pages[reader.key] = medians(work, turns=turns)
    measured.shown[reader.key] = shown


def _paths(user: User, client: Client) -> dict[str, str]:
    with acting_as(user.pk):
        first = lists.read(user, Wanted(phases=PHASES), most=1, way=NEWEST)[0]
    every = "/dossiers/?status=any"
    found = {
        "empty": "/help/",
        "worklist": "/",
        "list by due": f"{every}&sort=due",
        "list by date": f"{every}&sort=-reference",
        "list filtered": f"{every}&sort=-due&owner={user.country}&desk={first.reference[3:6]}",
        "list, three filters": f"{every}&kind=assistance&crime_area=drugs&urgency=urgent",
        "list, rarely fits": f"{every}&kind=assistance&desk={first.reference[3:6]}&due=undated",
        "list by words": f"{every}&q=Santos&kind=assistance",
        "dossier": f"/d/{first.reference}/",
        "who can see this": f"/d/{first.reference}/access",
        "quick open": f"/search?q={first.reference}",
        "search by words": "/search?q=Santos",
    }
    onwards = _next_page(user)
    if onwards:
        found["list, tenth page"] = f"{every}&sort=-reference&after={onwards}"
    return found


def _next_page(user: User) -> str:
    """The place where the tenth page begins, or the last one there is."""
    place = None
    with acting_as(user.pk):
        for _page in range(9):
            wanted = Wanted(phases=PHASES)
            found = lists.page(user, wanted, NEWEST, size=filters.A_PAGE, after=place)
            if found.next is None:
                break
            place = found.next
    return str(place or "")


# Statements -------------------------------------------------------------------------------


def _statements(reader: Reader, turns: int) -> Times:
    """The first page by date: ours as the application, the others as the owner without a border."""
    user = _user(reader.email)
    with acting_as(user.pk):
        principals = policy.principals(user)
        ours = _captured(lambda: lists.read(user, Wanted(phases=PHASES), most=27, way=NEWEST))
        bare = _sql(_page(Dossier.objects.all(), user))
        direct = _sql(_guardian(user, principals.groups, generic=False))
        generic = _sql(_guardian(user, principals.groups, generic=True))
        empty = _captured(lambda: lists.count(user, [Wanted(phases=PHASES)], most=100))
    with _as_application(user.pk) as application, _as_owner() as owner:
        fast = {
            "border": _run(application, *ours),
            "no border": _run(owner, *bare),
            "count to 100": _run(application, *empty),
        }
        slow = {"guardian direct": _run(owner, *direct), "guardian generic": _run(owner, *generic)}
        return medians(fast, turns=turns * 2) | medians(slow, turns=SLOW_TURNS)


def _page(found: QuerySet[Dossier], user: User) -> QuerySet[Dossier]:
    lines = rows.with_new(found, user).order_by("-opened_at", "-pk")
    return lines.values_list(*rows.COLUMNS, "new")[:27]


def _guardian(user: User, groups: tuple[int, ...], *, generic: bool) -> QuerySet[Dossier]:
    """guardian's own question, for somebody whose groups are the ones of valid postings."""
    # What our accounts do not have and guardian asks for.
    user.is_superuser = False  # type: ignore[attr-defined]
    user.groups = SimpleNamespace(all=lambda: Group.objects.filter(pk__in=groups))  # type: ignore[attr-defined]
    if not generic:
        return _page(_objects_for(user), user)
    people = patch(f"{GUARDIAN}.get_user_obj_perms_model", lambda *_: UserObjectPermission)
    teams = patch(f"{GUARDIAN}.get_group_obj_perms_model", lambda *_: GroupObjectPermission)
    with people, teams:
        return _page(_objects_for(user), user)


def _objects_for(user: User) -> QuerySet[Dossier]:
    found: QuerySet[Dossier] = get_objects_for_user(
        user, "cases.view_dossier", Dossier.objects.all(), accept_global_perms=False
    )
    return found


def _sql(found: QuerySet[Dossier]) -> tuple[str, Any]:
    statement, values = found.query.sql_with_params()
    return statement, values


def _captured(work: Callable[[], object]) -> tuple[str, Any]:
    """The last statement on dossiers that some work sends."""
    sent: list[tuple[str, Any]] = []

    def note(execute: Any, statement: str, values: Any, many: bool, context: Any) -> Any:
        if "cases_" in statement:
            sent.append((statement, values))
        return execute(statement, values, many, context)

    with connection.execute_wrapper(note):
        work()
    return sent[-1]


def _as_application(person: int) -> psycopg.Connection[Any]:
    server = psycopg.connect(os.environ["DATABASE_URL"], cursor_factory=psycopg.ClientCursor)
    server.execute("SELECT lodesk_enter(%s)", [person])  # in the transaction that stays open
    return server


def _as_owner() -> psycopg.Connection[Any]:
    return psycopg.connect(
        os.environ["LODESK_OWNER_DATABASE_URL"], cursor_factory=psycopg.ClientCursor
    )


def _run(server: psycopg.Connection[Any], statement: str, values: Any) -> Callable[[], object]:
    return lambda: server.execute(statement, values).fetchall()


# Acts -------------------------------------------------------------------------------------


def _acts() -> Times:
    """Opening, offering and accepting as whole requests, the medians of some dossiers each."""
    gives, takes = (_client(_user(email)) for email in (GIVER, TAKER))
    taken: dict[str, list[float]] = {"opening": [], "offering": [], "accepting": []}
    to = f"p:{_user(TAKER).public_id}"
    for turn in range(WRITES):
        new = {"title": f"Measured {turn}", "kind": "assistance"}
        path = _post(gives, "/dossiers/new", new, taken["opening"])
        offer = _post(gives, f"{path}hand-over", NOTE | {"to": to}, taken["offering"])
        _post(takes, offer, {"action": "accept"}, taken["accepting"])
    return {name: statistics.median(each) for name, each in taken.items()}


def _post(client: Client, path: str, changes: dict[str, Any], taken: list[float]) -> str:
    """Send the form of a page as it stands with some values changed; note how long it took."""
    page = client.get(path).content.decode()
    values = form_values(page, holding=next(iter(changes))) | changes
    begun = time.perf_counter()
    answer = client.post(path, values)
    taken.append((time.perf_counter() - begun) * 1000)
    if answer.status_code != FOUND:
        raise SystemExit(f"{path}: {answer.status_code} {values}")
    return str(answer["Location"])


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(main(int(sys.argv[1]), int(sys.argv[2])))))
