"""Lists read the index and show what a plain question would: the same rows, in the same order."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from cases.models import Dossier
from cases.models.readers import NOBODY, PHASES, Reader
from cases.selectors import lists, looking
from cases.selectors.lists import Wanted, Way
from cases.states import Status, WaitingFor
from lodesk.ui.keyset import Cursor
from tests import steps
from tests.factories import (
    Cast,
    DossierFactory,
    MandateFactory,
    as_person,
    grant,
    without_rules,
)
from tests.looking import as_owner

pytestmark = pytest.mark.django_db
WHO = ("belgian_officer", "belgian_headquarters", "dutch_officer", "dutch_coordinator",
       "luxembourg_headquarters", "belgian_leaver")  # fmt: skip
WAYS = [
    Way.by(field, backwards=backwards)
    for field in ("due_at", "opened_at") for backwards in (False, True)
]  # fmt: skip


@pytest.fixture
def many(cast: Cast) -> list[Dossier]:
    """Dossiers of all owners, desks, states and times (some equal), a few under mandates."""
    now = timezone.now().replace(microsecond=0)
    handlers = {"BE": [cast.belgian_officer, None, cast.belgian_colleague],
                "NL": [cast.dutch_officer, None], "LU": [None]}  # fmt: skip
    states = [("draft", ""), ("open", ""), ("waiting", WaitingFor.HEADQUARTERS), ("closed", ""),
              ("waiting", WaitingFor.HOST_AUTHORITY), ("answered", "")]  # fmt: skip
    made = []
    for number in range(36):
        owner = ("BE", "NL", "LU")[number % 3]
        status, waiting_for = states[number % 5 if number % 2 else 1 + number % 4]
        made.append(
            DossierFactory(
                owner=owner,
                desk="BOG" if number % 4 else "BSB",
                handler=handlers[owner][number % len(handlers[owner])] if number % 4 else None,
                status=status,
                waiting_for=waiting_for,
                due_at=None if number % 7 == 0 else now + timedelta(hours=number % 5 - 2),
                opened_at=now - timedelta(days=number % 6),
                kind=("assistance", "fugitive", "other")[number % 3 if number % 2 else 0],
                crime_area=("drugs", "", "arms")[number // 2 % 3],
                host_country=("CO", "EC")[number // 3 % 2],
                urgency="normal" if number % 5 else "urgent",
                urgency_ground="" if number % 5 else "relevance",
            )
        )
    for dossier in made[:6]:
        if dossier.owner == "BE":
            mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer)
            grant(dossier, cast.dutch_officer, "view", mandate)
    return made


def _plain(person: User, wanted: Wanted, way: Way) -> list[object]:
    """The same question asked of the dossiers themselves, sorted by hand."""
    found = [
        dossier
        for dossier in Dossier.objects.visible_to(person)
        if _phase(dossier) in wanted.phases
        and (wanted.owners is None or dossier.owner in wanted.owners)
        and (wanted.desks is None or dossier.desk_id in wanted.desks)
        and (wanted.handler is None or (dossier.handler_id or NOBODY) == wanted.handler)
        and (wanted.but_handler is None or dossier.handler_id != wanted.but_handler)
        and all(
            getattr(wanted, name) in (None, getattr(dossier, name))
            for name in ("kind", "crime_area", "host_country", "urgency")
        )
        and _is_due(dossier, wanted)
    ]

    def place(dossier: Dossier) -> tuple[object, ...]:
        moment = getattr(dossier, way.field)
        return (moment is None, moment or datetime.max.replace(tzinfo=UTC), dossier.pk)

    return [each.pk for each in sorted(found, key=place, reverse=way.backwards)]


def _is_due(dossier: Dossier, wanted: Wanted) -> bool:
    due = dossier.due_at or datetime.max.replace(tzinfo=UTC)
    return (
        (wanted.due_until is None or due <= wanted.due_until)
        and (wanted.due_after is None or due > wanted.due_after)
        and (not wanted.undated or dossier.due_at is None)
    )


def _phase(dossier: Dossier) -> str:
    waits = dossier.waiting_for == WaitingFor.HEADQUARTERS
    return "headquarters" if waits else dossier.status


def _drawn(data: st.DataObject, many: list[Dossier], cast: Cast) -> Wanted:
    """No filter, or up to three of them: more leave nothing to compare."""
    desks = sorted({dossier.desk_id for dossier in many})
    people = [cast.belgian_officer.pk, cast.dutch_officer.pk]
    moments = [timezone.now() + timedelta(hours=hours) for hours in (-1, 0, 2)]
    every: dict[str, list[Any]] = {
        "owners": [("BE",), ("NL", "LU")],
        "desks": [(desks[0],), tuple(desks)],
        "handler": [NOBODY, *people],
        "but_handler": people,
        "due_until": moments,
        "due_after": moments,
        "undated": [True],
        "host_country": ["CO", "EC"],
        "crime_area": ["drugs", "arms", ""],
        "kind": ["assistance", "fugitive"],
        "urgency": ["urgent", "normal"],
    }
    names = data.draw(st.sets(st.sampled_from(sorted(every)), max_size=3))
    phases = data.draw(st.just(set(PHASES)) | st.sets(st.sampled_from(PHASES), min_size=1))
    values = {name: data.draw(st.sampled_from(every[name]), name) for name in sorted(names)}
    return Wanted(phases=tuple(sorted(phases)), **values)


@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(data=st.data())
def test_a_list_is_what_the_dossiers_say(
    many: list[Dossier], cast: Cast, data: st.DataObject
) -> None:
    person: User = getattr(cast, data.draw(st.sampled_from(WHO)))
    wanted = _drawn(data, many, cast)
    way = data.draw(st.sampled_from(WAYS))
    expected = _plain(person, wanted, way)
    with as_person(person):
        assert [line.pk for line in lists.read(person, wanted, most=100, way=way)] == expected
        assert lists.count(person, [wanted], most=100) == len(expected)
        assert lists.count(person, [wanted], most=3) == min(3, len(expected))


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(data=st.data())
def test_what_is_looked_through_in_steps_is_the_same_list(
    many: list[Dossier], cast: Cast, data: st.DataObject
) -> None:
    person: User = getattr(cast, data.draw(st.sampled_from(WHO)))
    wanted, way = _drawn(data, many, cast), data.draw(st.sampled_from(WAYS))
    among = data.draw(st.sampled_from([None, [dossier.pk for dossier in many[::2]]]))
    expected = [key for key in _plain(person, wanted, way) if among is None or key in among]
    with as_person(person), small_steps():
        assert _walked(person, wanted, way, among) == expected
    with as_person(person):
        number, whole = looking.count(person, wanted, way, among, most=100)
        assert (number, whole) == (len(expected), True)


def _walked(person: User, wanted: Wanted, way: Way, among: list[UUID] | None) -> list[UUID]:
    """Every row of every page and step, from the first to the last."""
    place, found = None, []
    for _step in range(200):
        page, further = looking.page(person, wanted, way, among=among, size=3, after=place)
        assert among is None or not further
        found += [line.pk for line in page.rows]
        if page.next is None:
            return found
        place = page.next
    raise AssertionError("the list does not end")


@contextmanager
def small_steps() -> Iterator[None]:
    """Steps of a line or two in each range, so that a list takes many."""
    with patch.object(looking, "A_STEP", 12), patch.object(looking, "AT_LEAST", 1):
        yield


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{'-' * way.backwards}{way.field}")
def test_steps_lead_back_as_they_led_forth(many: list[Dossier], cast: Cast, way: Way) -> None:
    person, wanted = cast.belgian_headquarters, Wanted(phases=PHASES, kind="assistance",
                                                       urgency="normal")  # fmt: skip
    expected = _plain(person, wanted, way)
    with as_person(person), small_steps():
        last = next(dossier for dossier in many if dossier.pk == expected[-1])
        place, found = Cursor(getattr(last, way.field), last.pk), []
        while place is not None:
            page, _further = looking.page(person, wanted, way, size=3, before=place)
            found = [line.pk for line in page.rows] + found
            place = page.previous
    assert found == expected[:-1]


def test_no_request_reads_more_than_a_step_and_says_so(cast: Cast) -> None:
    person = cast.belgian_officer
    now = timezone.now()
    for number in range(30):
        DossierFactory(handler=person, kind="assistance", opened_at=now - timedelta(hours=number))
    old = DossierFactory(handler=person, kind="assistance", urgency="urgent",
                         urgency_ground="relevance", opened_at=now - timedelta(days=9))  # fmt: skip
    newest, wanted = Way.by("opened_at", backwards=True), Wanted(kind="assistance",
                                                                 urgency="urgent")  # fmt: skip
    with as_person(person), patch.object(looking, "A_STEP", 0), \
         patch.object(looking, "AT_LEAST", 20):  # fmt: skip
        first, further = looking.page(person, wanted, newest, size=26)
        assert (first.rows, further) == ([], True)
        assert looking.count(person, wanted, newest, None, most=100) == (0, False)
        second, further = looking.page(person, wanted, newest, size=26, after=first.next)
        assert ([line.pk for line in second.rows], further) == ([old.pk], False)


def test_one_filter_is_one_range_and_two_are_looked_through() -> None:
    by_due, by_opening = Way.by("due_at"), Way.by("opened_at")
    for one in ({"kind": "other"}, {"crime_area": ""}, {"host_country": "CO"}, {"desks": (1,)},
                {"handler": 1}, {"owners": ("BE",)}, {}):  # fmt: skip
        assert looking.in_one_range(Wanted(**one), by_opening)
        assert not looking.in_one_range(Wanted(**one, urgency="urgent"), by_opening)
    assert not looking.in_one_range(Wanted(kind="other", handler=1), by_due)
    due = Wanted(kind="other", due_until=timezone.now())
    assert looking.in_one_range(due, by_due)
    assert not looking.in_one_range(due, by_opening)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{'-' * way.backwards}{way.field}")
def test_pages_forth_and_back_show_every_row_once(
    many: list[Dossier], cast: Cast, way: Way
) -> None:
    person, wanted = cast.belgian_headquarters, Wanted(phases=PHASES)
    with as_person(person):
        pages = [lists.page(person, wanted, way, size=4)]
        while pages[-1].next is not None:
            pages.append(lists.page(person, wanted, way, size=4, after=pages[-1].next))
        shown = [line.pk for page in pages for line in page.rows]
        assert shown == _plain(person, wanted, way)
        assert len(pages) > 2
        for earlier, later in pairwise(pages):
            back = lists.page(person, wanted, way, size=4, before=later.previous)
            assert back.rows == earlier.rows
        assert pages[0].previous is None


def test_a_dossier_read_by_name_and_through_a_team_stands_once(cast: Cast) -> None:
    DossierFactory(handler=cast.belgian_officer)
    with as_person(cast.belgian_officer):
        assert len(lists.read(cast.belgian_officer, Wanted(), most=10)) == 1


def test_the_index_follows_every_step(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    for step in (
        lambda: steps.accept(
            cast.belgian_colleague,
            steps.offer(cast.belgian_officer, dossier, cast.belgian_colleague),
        ),
        lambda: Dossier.objects.filter(pk=dossier.pk).update(
            status=Status.WAITING, waiting_for=WaitingFor.HEADQUARTERS
        ),
        lambda: Dossier.objects.filter(pk=dossier.pk).update(due_at=None),
        lambda: Dossier.objects.filter(pk=dossier.pk).update(kind="fugitive"),
        lambda: Dossier.objects.filter(pk=dossier.pk).update(crime_area="arms"),
        lambda: Dossier.objects.filter(pk=dossier.pk).update(host_country="EC"),
        lambda: Dossier.objects.filter(pk=dossier.pk).update(
            urgency="urgent", urgency_ground="relevance"
        ),
    ):
        step()
        assert not as_owner(
            "SELECT * FROM cases_dossier d CROSS JOIN LATERAL cases_lines_of(d) l"
            " WHERE NOT EXISTS (SELECT FROM cases_reader r WHERE r = l)"
        )
        dossier.refresh_from_db()
        held = set(Reader.objects.filter(dossier=dossier).values_list("principal", flat=True))
        assert held == set(dossier.readers)


def test_who_sees_no_dossier_finds_no_line_of_it_in_the_index(cast: Cast) -> None:
    DossierFactory(owner="BE", handler=cast.belgian_officer)
    with as_person(cast.dutch_officer):
        assert not Reader.objects.exists()
    with as_person(None):
        assert not Reader.objects.exists()


def test_a_line_goes_with_the_mandate_before_any_sweep(cast: Cast) -> None:
    dossier = DossierFactory(owner="BE", handler=cast.belgian_officer)
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer)
    grant(dossier, cast.dutch_officer, "view", mandate)
    with as_person(cast.dutch_officer):
        assert Reader.objects.filter(dossier=dossier).exists()
    with without_rules("cases_mandate"):
        as_owner("UPDATE cases_mandate SET starts_at = now() - interval '2 days', ends_at = now()")
    with as_person(cast.dutch_officer):
        assert not Reader.objects.filter(dossier=dossier).exists()
        assert not lists.read(cast.dutch_officer, Wanted(), most=10)


def test_the_phases_of_the_index_are_the_ones_the_database_knows(cast: Cast) -> None:
    assert {phase for (phase,) in as_owner("SELECT cases_phases()")} == set(PHASES)
