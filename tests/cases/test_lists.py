"""Lists read the index and show what a plain question would: the same rows, in the same order."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from cases.models import Dossier
from cases.models.readers import NOBODY, PHASES, Reader
from cases.selectors import lists
from cases.selectors.lists import Wanted, Way
from cases.states import Status, WaitingFor
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
    ]

    def place(dossier: Dossier) -> tuple[object, ...]:
        moment = getattr(dossier, way.field)
        return (moment is None, moment or datetime.max.replace(tzinfo=UTC), dossier.pk)

    return [each.pk for each in sorted(found, key=place, reverse=way.backwards)]


def _phase(dossier: Dossier) -> str:
    waits = dossier.waiting_for == WaitingFor.HEADQUARTERS
    return "headquarters" if waits else dossier.status


@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(data=st.data())
def test_a_list_is_what_the_dossiers_say(
    many: list[Dossier], cast: Cast, data: st.DataObject
) -> None:
    person: User = getattr(cast, data.draw(st.sampled_from(WHO)))
    desks = sorted({dossier.desk_id for dossier in many})
    handlers = [NOBODY, cast.belgian_officer.pk, cast.dutch_officer.pk]
    wanted = Wanted(
        phases=tuple(data.draw(st.sets(st.sampled_from(PHASES), min_size=1))),
        owners=data.draw(st.sampled_from([None, ("BE",), ("NL", "LU")])),
        desks=data.draw(st.sampled_from([None, (desks[0],), tuple(desks)])),
        handler=data.draw(st.sampled_from([None, *handlers])),
        but_handler=data.draw(st.sampled_from([None, *handlers[1:]])),
    )
    way = data.draw(st.sampled_from(WAYS))
    expected = _plain(person, wanted, way)
    with as_person(person):
        assert [line.pk for line in lists.read(person, wanted, most=100, way=way)] == expected
        assert lists.count(person, [wanted], most=100) == len(expected)
        assert lists.count(person, [wanted], most=3) == min(3, len(expected))


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
