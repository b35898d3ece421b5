"""Twenty people at once: they read and write through real processes, and nothing may be lost."""

import http.client
import random
import re
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.bench.forms import Values, form_values
from tests.e2e.site import PASSWORD, Site
from tests.pages import CHECKED

OFFICERS = [
    f"{country}-officer{number}-{desk}@lodesk.example"
    for desk in ("bog", "tia", "bsb") for country in ("be", "nl") for number in (1, 2, 3)
]  # fmt: skip
PEOPLE = [*OFFICERS, "be-hq@lodesk.example", "nl-hq@lodesk.example"]
DOSSIER = re.compile(r'href="(/d/[A-Z0-9-]+/)"')
OFFERED = re.compile(r'href="(/handovers/[0-9a-f-]{36}/)"')
PARTS = ("state", "promises", "deadline", "contacts", "risks")
NOTE = {f"note_{part}": "None." for part in PARTS} | {f"read_{part}": "on" for part in PARTS}
NOTE |= CHECKED
CONFLICT = 'class="message" role="alert"'
FOUND, OK = 302, 200
Cookies = dict[str, str]
NONE: Cookies = {}
# What people do, and how often: mostly reading, as at a desk.
HABITS = {"worklist": 22, "list": 14, "dossier": 26, "who can see": 5, "quick open": 5, "alerts": 4,
          "note": 12, "change": 6, "offer": 5, "answer": 8}  # fmt: skip


@dataclass
class Tally:
    """What happened, of one person or of all."""

    taken: dict[str, list[float]] = field(default_factory=dict)  # seconds
    done: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Take in what another one counted."""
        for name, values in other.taken.items():
            self.taken.setdefault(name, []).extend(values)
        self.done.update(other.done)
        self.errors.extend(other.errors)


class Person(threading.Thread):
    """Somebody who signs in and works until told to stop."""

    def __init__(
        self, address: str, site: Site, *, seed: int = 0, pause: float = 0, cookies: Cookies = NONE
    ) -> None:
        super().__init__(daemon=True)
        self.address, self.pause = address, pause
        self.tally = Tally()
        self.stopped = threading.Event()
        self._chance = random.Random(seed)  # noqa: S311 - what a person clicks on
        self._line = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
        self._cookies = dict(cookies)
        self._known: list[str] = []

    def sign_in(self) -> Cookies:
        """Open a session. Raises RuntimeError when the site does not let the person in."""
        page = self._ask("GET", "/sign-in/")[2]
        values = form_values(page, holding="login")
        sent = values | {"login": self.address, "password": PASSWORD}
        if self._ask("POST", "/sign-in/", sent)[0] != FOUND:
            raise RuntimeError(f"{self.address} does not get in")
        return self._cookies

    def run(self) -> None:
        """Act and pause, act and pause."""
        acts: dict[str, Callable[[], None]] = {
            "worklist": lambda: self._learn(self._page("worklist", "/")),
            "list": lambda: self._learn(self._page("list", "/dossiers/?sort=-reference")),
            "dossier": lambda: self._on("dossier", ""),
            "who can see": lambda: self._on("who can see", "access"),
            "quick open": self._quick_open,
            "alerts": lambda: self._ignore(self._page("alerts", "/alerts/")),
            "note": self._write_note,
            "change": self._change,
            "offer": self._offer,
            "answer": self._answer,
        }
        names, weights = list(HABITS), list(HABITS.values())
        while not self.stopped.is_set():
            act = self._chance.choices(names, weights)[0]
            try:
                acts[act]()
            except (OSError, http.client.HTTPException, LookupError) as error:
                self.tally.errors.append(f"{self.address} {act}: {error!r}")
                self._line.close()
            self.stopped.wait(self._chance.uniform(0.5, 1.5) * self.pause)

    # What a person does ---------------------------------------------------------------------

    def _learn(self, page: str) -> None:
        self._known = DOSSIER.findall(page) or self._known

    def _ignore(self, page: str) -> None:
        """The page was only looked at."""

    def _on(self, name: str, rest: str) -> None:
        if self._known:
            self._page(name, self._chance.choice(self._known) + rest, gone=True)

    def _quick_open(self) -> None:
        if self._known:
            reference = self._chance.choice(self._known).split("/")[2]
            self._page("quick open", f"/search?q={reference}", expected=(FOUND, OK))

    def _write_note(self) -> None:
        if not self._known:
            return
        path = self._chance.choice(self._known)
        values = self._form(path, "text")
        if values is None:
            return
        status, _where, _page = self._timed("note", "POST", f"{path}entries", values | {
            "text": f"Called again, {self.address}."})  # fmt: skip
        self._count(status, "notes", f"{path}entries", (FOUND, 404, 403))

    def _change(self) -> None:
        if not self._known:
            return
        path = self._chance.choice(self._known)
        values = self._form(f"{path}change", "version")
        if values is None:
            return
        time.sleep(self._chance.random() * 0.05)
        status, _where, page = self._timed("change", "POST", f"{path}change", values | {
            "next_step": f"Call again {time.time_ns()}"})  # fmt: skip
        if status == OK and CONFLICT not in page and "error-summary" not in page:
            self.tally.errors.append(f"{path}change was neither taken nor refused")
        self._count(status, "changes", f"{path}change", (FOUND, OK, 404, 403, 409))

    def _offer(self) -> None:
        mine = [path for path in self._known if "-LU-" not in path]
        if not mine:
            return
        path = self._chance.choice(mine) + "hand-over"
        status, _where, page = self._timed("hand-over form", "GET", path)
        if status != OK:
            self._refused(path, status, (403, 404))
            return
        values = form_values(page, holding="note_state")
        choices = re.findall(r'name="to" value="(p:[0-9a-f-]+)"', page)
        crosses = set(re.findall(r'value="(p:[0-9a-f-]+)"[^>]*data-crosses', page))
        at_home = [each for each in choices if each not in crosses]
        if not at_home:
            return
        sent = values | NOTE | {"to": self._chance.choice(at_home)}
        status, _where, _page = self._timed("offer", "POST", path, sent)
        self._count(status, "offers", path, (FOUND, OK, 403, 404))

    def _answer(self) -> None:
        offers = OFFERED.findall(self._page("worklist", "/"))  # the ones made to this person
        if not offers:
            return
        path = self._chance.choice(offers)
        values = self._form(path, "action")
        if values is None or values["action"] != "accept":
            return
        status, _where, _page = self._timed("accept", "POST", path, values)
        self._count(status, "acceptances", path, (FOUND, OK, 403, 404, 409))

    # How it is asked ------------------------------------------------------------------------

    def _form(self, path: str, holding: str) -> Values | None:
        """The form of a page; None when the page or the form is not for this person, or gone."""
        status, _where, page = self._timed("form", "GET", path)
        if status != OK:
            self._refused(path, status, (403, 404))
            return None
        try:
            return form_values(page, holding=holding)
        except LookupError:
            return None

    def _page(
        self, name: str, path: str, *, gone: bool = False, expected: tuple[int, ...] = (OK,)
    ) -> str:
        status, _where, page = self._timed(name, "GET", path)
        # What was on the list a moment ago may have moved on.
        self._refused(path, status, (*expected, 404) if gone else expected)
        return page

    def _refused(self, path: str, status: int, expected: tuple[int, ...]) -> None:
        if status not in expected:
            self.tally.errors.append(f"{self.address} {path}: {status}")

    def _count(self, status: int, name: str, path: str, expected: tuple[int, ...]) -> None:
        self._refused(path, status, expected)
        self.tally.done[name if status == FOUND else f"{name} refused"] += 1

    def _timed(
        self, name: str, verb: str, path: str, values: Values | None = None
    ) -> tuple[int, str, str]:
        begun = time.perf_counter()
        answer = self._ask(verb, path, values)
        self.tally.taken.setdefault(name, []).append(time.perf_counter() - begun)
        return answer

    def _ask(self, verb: str, path: str, values: Values | None = None) -> tuple[int, str, str]:
        body = urlencode(values, doseq=True) if values is not None else None
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Cookie": cookies} if cookies else {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self._line.request(verb, path, body, headers)
            answer = self._line.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            # The server may close a kept connection at any time before it has read a request.
            self._line.close()
            self._line.request(verb, path, body, headers)
            answer = self._line.getresponse()
        text = answer.read().decode()
        for header in answer.headers.get_all("Set-Cookie") or ():
            for name, cookie in SimpleCookie(header).items():
                self._cookies[name] = cookie.value
        return answer.status, answer.headers.get("Location", ""), text


@dataclass(frozen=True)
class Outcome:
    """What a run showed."""

    seconds: float
    requests: int
    median: float  # milliseconds
    late: float  # 95 % are faster, milliseconds
    done: dict[str, int]
    errors: list[str]
    lost: int  # changes and notes that were taken and are not there
    memory: dict[str, int]  # MB of each process
    by_page: dict[str, tuple[float, float]]  # median and 95 %, milliseconds


def signed_in(site: Site) -> dict[str, Cookies]:
    """Everybody's session, once: the site limits how often one address signs in a minute."""
    return {address: Person(address, site).sign_in() for address in PEOPLE}


def work(
    site: Site, sessions: dict[str, Cookies], *, seconds: float, pause: float
) -> Outcome:  # fmt: skip
    """Let people work on a running site, and count afterwards what should be there."""
    before = _counted(site)
    crowd = [
        Person(address, site, seed=number, pause=pause, cookies=cookies)
        for number, (address, cookies) in enumerate(sessions.items())
    ]
    begun = time.monotonic()
    for person in crowd:
        person.start()
    time.sleep(seconds)
    memory = memory_of(site)
    for person in crowd:
        person.stopped.set()
    for person in crowd:
        person.join(timeout=60)
    return _outcome(crowd, time.monotonic() - begun, before, _counted(site), memory)


def _outcome(
    crowd: list[Person],
    seconds: float,
    before: tuple[int, int],
    after: tuple[int, int],
    memory: dict[str, int],
) -> Outcome:
    tally = Tally()
    for person in crowd:
        tally.add(person.tally)
    changes, notes = (late - early for early, late in zip(before, after, strict=True))
    every = sorted(value for values in tally.taken.values() for value in values)
    return Outcome(
        seconds=seconds,
        requests=len(every),
        median=statistics.median(every) * 1000,
        late=_late(every),
        done=dict(tally.done),
        errors=tally.errors,
        lost=abs(tally.done["changes"] - changes) + abs(tally.done["notes"] - notes),
        memory=memory,
        by_page={
            name: (statistics.median(values) * 1000, _late(sorted(values)))
            for name, values in sorted(tally.taken.items())
        },
    )


def _late(ordered: list[float]) -> float:
    return ordered[int(len(ordered) * 0.95)] * 1000


def _counted(site: Site) -> tuple[int, int]:
    """How many changes and notes there are: each change that was taken is a version."""
    ((versions, notes),) = site.sql(
        "SELECT (SELECT sum(version) FROM cases_dossier),"
        " (SELECT count(*) FROM cases_entry WHERE text LIKE 'Called again, %%')"
    )
    return int(versions), int(notes)


def memory_of(site: Site) -> dict[str, int]:
    """MB that each process and its children hold, shared pages counted once (PSS)."""
    found: dict[str, int] = {}
    for name, number in site.processes().items():
        for place, each in enumerate([number, *_children(number)]):
            found[f"{name} {place}" if place else name] = _pss(each) // 1024
    return found


def _children(number: int) -> list[int]:
    path = Path(f"/proc/{number}/task/{number}/children")
    return [int(each) for each in path.read_text().split()] if path.exists() else []


def _pss(number: int) -> int:
    text = Path(f"/proc/{number}/smaps_rollup").read_text()
    return int(re.findall(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)[0])


def summary(outcome: Outcome) -> dict[str, Any]:
    """The outcome as figures for a report."""
    return {
        "requests a second": round(outcome.requests / outcome.seconds, 1),
        "median, ms": round(outcome.median),
        "95 %, ms": round(outcome.late),
        "errors": len(outcome.errors),
        "lost": outcome.lost,
    }
