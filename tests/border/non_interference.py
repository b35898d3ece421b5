"""Two worlds that differ only in what one country keeps to itself (house.md section 6, number 3).

    worlds = TwoWorlds(cast, of="BE", changed=["NL"])
    worlds.assert_same(every_page)

A walk is a function that is given a `World` and lets people of the country `of` do something. It is
taken twice from the same template: as it stands, and after the other country has worked for a day.
Everything the people get to see (status, headers, bytes, mails) and how many queries it took must
be equal. What a new feature shows is walked like this:

* a page: by itself, as soon as it has an address; one that takes a new kind of argument needs a
  line in `walks.VALUES`, or the walk fails
* a mail: by itself, when a step in `walks.tries` or `walks.the_passing_of_time` causes it; an event
  that nobody in the walk is told of fails
* anything else, such as an export: `world.keep("export", content)` in a walk

Both worlds live in one transaction, which is rolled back between them: PostgreSQL's now() stands
still by itself, Python's clock is stopped and moved a millisecond a request, random keys come from
a seeded source. What PostgreSQL makes up itself (the moments of entries and of the log, keys of
events) is set after each request to the stopped clock and a counted key. Masked are only what a
browser gets by chance: the token of forms and the keys of cookies.
"""

import os
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import unified_diff
from itertools import zip_longest
from typing import Any
from unittest.mock import patch

import time_machine
from django.core import mail
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from lodesk.alerts.models import Alert
from lodesk.alerts.tasks import send_due
from tests.border.neighbours import Template, arrange, change
from tests.factories import COUNTRIES, make_cast
from tests.looking import as_owner

Walk = Callable[["World"], None]
A_REQUEST = timedelta(milliseconds=1)
MASKS = (
    (re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]+'), r"\1…"),
    (re.compile(r"((?:csrftoken|lodesk_session)=)[^;]+"), r"\1…"),
)
SHOWN = 30  # lines of a difference


class Ground:
    """The template, in a transaction of its own that lasts as long as the tests that walk on it."""

    def __init__(self) -> None:
        ((now,),) = as_owner("SELECT now()")
        self.now: datetime = now
        _let_the_log_be_set()
        with still(now - timedelta(hours=1), seed="template"):
            self.template = arrange(make_cast())
        self._walked: dict[Any, World] = {}

    def as_it_stands(self, walk: Walk, **world: Any) -> "World":
        """A walk through the template itself, taken once."""
        key = (walk, *sorted(world.items()))
        if key not in self._walked:
            self._walked[key] = self.walked(walk, [], **world)
        return self._walked[key]

    def walked(self, walk: Walk, changed: Sequence[str], **options: Any) -> "World":
        """A walk after these countries have had their day; all of it is undone."""
        cache.clear()
        with transaction.atomic():
            for country in changed:
                with still(self.now - timedelta(minutes=1), seed=country):
                    change(self.template, country, of=options["of"])
            with still(self.now, seed="walk") as clock:
                world = World(self.template, clock, **options)
                world.mails()
                walk(world)
            transaction.set_rollback(True)
        return world


class TwoWorlds:
    """What the people of one country notice of a change in others."""

    def __init__(
        self, ground: Ground, *, of: str, changed: Sequence[str], thorough: bool = False
    ) -> None:
        self._ground, self.of, self.changed = ground, of, changed
        self._options = {"of": of, "thorough": thorough}

    def assert_same(self, walk: Walk) -> "World":
        """Walk through the world as it stands and through the changed one; fail on a difference."""
        one = self._ground.as_it_stands(walk, **self._options)
        assert one.seen, "nobody saw anything: such a walk proves nothing"
        other = self._ground.walked(walk, self.changed, **self._options)
        different = list(_differences(one.seen, other.seen))
        assert not different, (
            f"{self.of} notices what {self.changed} keep to themselves"
            f" ({len(different)} times):\n" + "\n".join(different[:3])
        )
        return one


@contextmanager
def still(moment: datetime, *, seed: str) -> Iterator["Clock"]:
    """Stop the clock, and make chance repeat itself."""
    chance = random.Random(seed)  # noqa: S311  (not a secret)
    with (
        time_machine.travel(moment, tick=False) as traveller,
        patch.object(os, "urandom", chance.randbytes),
    ):
        clock = Clock(moment, traveller, seed)
        yield clock
        clock.settle()


class Clock:
    """The stopped clock, and what PostgreSQL wrote by its own."""

    def __init__(self, moment: datetime, traveller: Any, salt: str) -> None:
        self.now, self._traveller, self._salt = moment, traveller, salt
        self._written = 0

    def tick(self) -> None:
        """Let a request's time pass: always less than really passes."""
        self.now += A_REQUEST
        self._traveller.move_to(self.now)

    def settle(self) -> None:
        """Set what PostgreSQL has written since to this moment, and its keys to counted ones."""
        for table, made_up in SETTLED.items():
            self._written += as_owner(
                f"UPDATE {table} SET {_moments(table)}, id = CASE"
                f" WHEN {made_up} THEN md5(%(salt)s || (%(written)s + number))::uuid ELSE id END"
                " FROM (SELECT id AS written, row_number() OVER (ORDER BY at, id) AS number"
                f" FROM {table} WHERE at > %(now)s + interval '1 millisecond') AS new"
                " WHERE id = written",
                {"now": self.now, "salt": f"{self._salt} {table} ", "written": self._written},
            )


# Tables whose rows PostgreSQL dates, and which of their keys it makes up.
SETTLED = {"cases_entry": "kind = 'event'", "cases_translation": "false", "audit_logrow": "true"}


def _moments(table: str) -> str:
    columns = ("at", "recorded_at") if table == "cases_entry" else ("at",)
    counted = "%(now)s + number * interval '1 microsecond'"
    return ", ".join(f"{column} = {counted}" for column in columns)


def _let_the_log_be_set() -> None:
    # Only the clock of its rows, and only in this transaction, which is rolled back.
    as_owner("SET CONSTRAINTS ALL IMMEDIATE")
    as_owner("ALTER TABLE audit_logrow DISABLE TRIGGER audit_keep_row")
    as_owner("SET CONSTRAINTS ALL DEFERRED")


# What is seen -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """One thing somebody got to see, and how many queries it took."""

    what: str
    content: str
    queries: int = 0


class World:
    """One of the two worlds, with the people who walk through it."""

    def __init__(self, template: Template, clock: Clock, *, of: str, thorough: bool) -> None:
        self.of, self.template, self.thorough = of, template, thorough
        self.secrets = [template.secrets[each] for each in COUNTRIES if each != of]
        self.clock = clock
        self.seen: list[Seen] = []
        self.events: set[str] = set()  # of which somebody was told
        everybody = template.cast.people
        # As they are in the database: their language was set there.
        own = User.objects.in_bulk([each.pk for each in everybody.values()])
        self.people = {
            name: own[person.pk]
            for name, person in everybody.items()
            if person.country == self.of and person.pk != template.aside(self.of).pk
        }

    def keep(self, what: str, content: str, queries: int = 0) -> None:
        """Remember what somebody saw."""
        self.seen.append(Seen(what, content, queries))

    def visitor(self, name: str) -> "Visitor":
        """A browser in which this person has signed in; "" is a stranger."""
        return Visitor(self, name, self.people[name] if name else None)

    @contextmanager
    def apart(self) -> Iterator[None]:
        """What happens inside is undone: the next starts from the same state."""
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    def mails(self) -> None:
        """Send what is due, and keep the mails that people of the country get."""
        own = [person.pk for person in self.people.values()]
        told = Alert.objects.filter(recipient__in=own).values_list("event", flat=True)
        self.events.update(told.distinct())
        mail.outbox.clear()
        self.clock.tick()
        send_due()
        self.clock.settle()
        addresses = {person.email for person in self.people.values()}
        for sent in sorted(mail.outbox, key=lambda each: each.extra_headers["Message-ID"]):
            if addresses & set(sent.to):
                self.keep(f"mail to {sent.to[0]}", _letter(sent))


class Visitor:
    """Somebody with a browser; every answer is kept."""

    def __init__(self, world: World, name: str, person: User | None) -> None:
        self.world, self.name, self.person = world, name, person
        self.client = Client()
        if person is not None:
            self.client.force_login(person, backend="accounts.backends.EmailBackend")
        world.clock.settle()

    def get(self, path: str, **headers: str) -> HttpResponse:
        """Open a page."""
        return self._ask("GET", path, None, headers)

    def post(self, path: str, data: Mapping[str, Any]) -> HttpResponse:
        """Send a form."""
        return self._ask("POST", path, data, {})

    @contextmanager
    def apart(self) -> Iterator[None]:
        """As `World.apart`; the browser forgets what it was given meanwhile."""
        cookies = self.client.cookies.copy()
        with self.world.apart():
            yield
        self.client.cookies = cookies

    def _ask(
        self, method: str, path: str, data: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> HttpResponse:
        self.world.clock.tick()
        call = self.client.get if method == "GET" else self.client.post
        connection.queries_log.clear()  # it holds no more than 9000
        with CaptureQueriesContext(connection) as asked:
            response = call(path, data=data, headers=headers)
        self.world.clock.settle()
        sent = {**(data or {}), **headers}
        sent.pop("csrfmiddlewaretoken", None)
        what = f"{self.name or 'a stranger'}: {method} {path} {sent or ''}"
        self.world.keep(what, _plain(response), len(asked))
        return response


def _plain(response: HttpResponse) -> str:
    told = [str(response.status_code)]
    told += sorted(f"{name}: {value}" for name, value in response.headers.items())
    told += sorted(cookie.OutputString() for cookie in response.cookies.values())
    told.append(_body(response))
    text = "\n".join(told)
    for pattern, mask in MASKS:
        text = pattern.sub(mask, text)
    return text


def _body(response: HttpResponse) -> str:
    """The page, or the file that is streamed."""
    if response.streaming:
        # Any bytes, one character each.
        return b"".join(response.streaming_content).decode("latin-1")
    return response.content.decode(response.charset)


def _letter(sent: Any) -> str:
    letter = sent.message()
    text: str = letter.as_string()
    return text.replace(letter.get_boundary() or "\0", "…")  # drawn anew for each mail


def _differences(one: Sequence[Seen], other: Sequence[Seen]) -> Iterator[str]:
    for before, after in zip_longest(one, other, fillvalue=Seen("nothing", "")):
        if before == after:
            continue
        lines = unified_diff(
            before.content.splitlines(), after.content.splitlines(), "as it stands", "changed",
            lineterm="", n=1,
        )  # fmt: skip
        yield "\n".join(
            [
                before.what,
                *([] if before.what == after.what else [f"and not {after.what}"]),
                f"{before.queries} and {after.queries} queries",
                *list(lines)[:SHOWN],
            ]
        )
