"""The border stands twice: Python's wall and PostgreSQL's show and allow the same.

The first wall runs as the owner, whom no policy holds; the second is raw SQL under lodesk_app,
which knows nothing of Python. Every test here draws or builds a world and compares the two for
everybody in the cast.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import DatabaseError, transaction
from django.db.models import Q
from hypothesis import HealthCheck, given, settings

from accounts.models import Duty, User
from cases import policy
from cases.models import (
    Contact,
    Document,
    DocumentVersion,
    Dossier,
    Entry,
    Handover,
    Link,
    Mandate,
    Project,
    ProjectDossier,
    Rotation,
    RotationLine,
    SavedView,
    StandIn,
    Task,
)
from cases.selectors import duty, handovers, mandates
from cases.services.dossiers import StaleError
from cases.states import Level, Step
from tests import steps
from tests.border.worlds import World, build, worlds
from tests.factories import (
    Cast,
    ContactFactory,
    DocumentFactory,
    DossierFactory,
    EntryFactory,
    HandoverFactory,
    MandateFactory,
    SavedViewFactory,
    StandInFactory,
    as_person,
    grant,
    on_duty,
    raw,
    refused,
    rotation_of,
    without_rules,
)
from tests.looking import as_owner, remembering

pytestmark = pytest.mark.django_db
LEVELS = [str(level) for level in Level]


# The drawn worlds -----------------------------------------------------------------------------


def _dossiers(person: User, _dossiers: list[Dossier]) -> tuple[set[Any], set[Any]]:
    python = Dossier.objects.visible_to(person).values_list("pk", flat=True)
    return set(python), _keys(raw(person, "SELECT id FROM cases_dossier"))


def _principals(person: User, _dossiers: list[Dossier]) -> tuple[set[Any], set[Any]]:
    ((table, setting),) = raw(
        person,
        "SELECT accounts_principals(%s), current_setting('lodesk.principals')::integer[]",
        [person.pk],
    )
    assert set(table) == set(setting)
    return set(policy.principals(person).as_numbers()), set(table)


def _levels(person: User, dossiers: list[Dossier]) -> tuple[set[Any], set[Any]]:
    python = {(each.pk, level) for each in dossiers for level in policy.levels(person, each)}
    sql = raw(
        person,
        "SELECT d, level FROM unnest(%s::uuid[]) d, unnest(%s::text[]) level"
        " WHERE lodesk_holds(d, level)",
        [[dossier.pk for dossier in dossiers], LEVELS],
    )
    return python, set(sql)


def _mandates(person: User, _dossiers: list[Dossier]) -> tuple[set[Any], set[Any]]:
    python = mandates.readable(person).values_list("pk", flat=True)
    return set(python), _keys(raw(person, "SELECT id FROM cases_mandate"))


def _handovers(person: User, _dossiers: list[Dossier]) -> tuple[set[Any], set[Any]]:
    python = handovers.mine(person).values_list("pk", flat=True)
    return set(python), _keys(raw(person, "SELECT id FROM cases_handover"))


def _entries(person: User, _dossiers: list[Dossier]) -> tuple[set[Any], set[Any]]:
    seen = Dossier.objects.visible_to(person).values("pk")
    python = Entry.objects.filter(dossier__in=seen).values_list("pk", flat=True)
    return set(python), _keys(raw(person, "SELECT id FROM cases_entry"))


def _tasks(person: User, _dossiers: list[Dossier]) -> tuple[set[Any], set[Any]]:
    seen = Dossier.objects.visible_to(person).values("pk")
    python = Task.objects.filter(dossier__in=seen).values_list("pk", flat=True)
    return set(python), _keys(raw(person, "SELECT id FROM cases_task"))


def _links(person: User, _dossiers: list[Dossier]) -> tuple[set[Any], set[Any]]:
    python = Link.objects.visible_to(person).values_list("pk", flat=True)
    return set(python), _keys(raw(person, "SELECT id FROM cases_link"))


def _projects(person: User, _dossiers: list[Dossier]) -> tuple[set[Any], set[Any]]:
    mine = Project.objects.visible_to(person)
    seen = Dossier.objects.visible_to(person).values("pk")
    inside = ProjectDossier.objects.filter(project__in=mine, dossier__in=seen)
    python = {*mine.values_list("pk", flat=True), *inside.values_list("pk", flat=True)}
    named = raw(person, "SELECT id FROM cases_project UNION SELECT id FROM cases_projectdossier")
    return python, _keys(named)


def _rotations(person: User, _dossiers: list[Dossier]) -> tuple[set[Any], set[Any]]:
    mine = Rotation.objects.visible_to(person).values_list("pk", flat=True)
    lines = RotationLine.objects.visible_to(person).values_list("pk", flat=True)
    named = raw(person, "SELECT id FROM cases_rotation UNION SELECT id FROM cases_rotationline")
    return {*mine, *lines}, _keys(named)


def _contacts(person: User, _dossiers: list[Dossier]) -> tuple[set[Any], set[Any]]:
    present = Contact.objects.visible_to(person).values("origin")
    versions = policy.contacts(Contact.objects.filter(origin__in=present), person)
    python = set(versions.values_list("pk", flat=True))
    return python, _keys(raw(person, "SELECT id FROM cases_contact"))


def _sight_and_levels(person: User, dossiers: list[Dossier]) -> tuple[set[Any], set[Any]]:
    # Who holds any level sees the dossier, and who sees it holds one.
    holding = {each.pk for each in dossiers if policy.levels(person, each)}
    return holding, _keys(raw(person, "SELECT id FROM cases_dossier"))


def _from_mandates_alone(person: User, dossiers: list[Dossier]) -> tuple[set[Any], set[Any]]:
    # The rule once more, without either wall: nothing of another country without a mandate
    # valid now for the dossier or its desk. Returns what is seen against it: nothing.
    groups = list(policy.principals(person).groups)
    held = Q(receiver_person=person.pk) | Q(receiver_group__in=groups)
    mine = list(Mandate.objects.valid_now().filter(held))
    covered = {each.dossier_id for each in mine} | {(each.owner, each.desk_id) for each in mine}
    seen = _keys(raw(person, "SELECT id FROM cases_dossier"))
    uncovered = {
        each.pk
        for each in dossiers
        if each.owner != person.country and not {each.pk, (each.owner, each.desk_id)} & covered
    }
    return seen & uncovered, set()


COMPARED = (_dossiers, _principals, _levels, _mandates, _handovers, _entries, _tasks, _links,
            _projects, _rotations, _contacts, _sight_and_levels, _from_mandates_alone)  # fmt: skip


@pytest.fixture
def timeless(cast: Cast) -> Iterator[Cast]:
    """The cast, and mandates whose dates can be moved into the past."""
    with without_rules("cases_mandate"):
        # The number is given by a trigger that stays on.
        as_owner("ALTER TABLE cases_mandate ENABLE TRIGGER mandate_begins")
        yield cast
        _settle()


def _drawn(examples: int) -> settings:
    slow = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=examples, suppress_health_check=slow)


@_drawn(25)
@given(world=worlds)
def test_both_walls_show_the_same_in_any_world(timeless: Cast, world: World) -> None:
    _compare(timeless, world)


@pytest.mark.soak
@_drawn(150)
@given(world=worlds)
def test_both_walls_show_the_same_in_hundreds_of_worlds(timeless: Cast, world: World) -> None:
    _compare(timeless, world)


def _compare(cast: Cast, world: World) -> None:
    with transaction.atomic():
        dossiers = build(world, cast)
        for name, person in cast.people.items():
            now = User.objects.get(pk=person.pk)
            with remembering():
                for compared in COMPARED:
                    python, postgresql = compared(now, dossiers)
                    assert python == postgresql, f"{compared.__name__} of {name}"
        transaction.set_rollback(True)


def _settle() -> None:
    as_owner("SET CONSTRAINTS ALL IMMEDIATE")
    as_owner("SET CONSTRAINTS ALL DEFERRED")


def _keys(rows: Any) -> set[Any]:
    return {key for (key,) in rows}


# What a person may do -------------------------------------------------------------------------

WRITES = {
    Step.CONTRIBUTE: (
        "INSERT INTO cases_entry (id, dossier_id, kind, author_id, at, text, language,"
        " handling_codes, event, facts) SELECT gen_random_uuid(), %(id)s, 'note', lodesk_me(),"
        " now(), 'x', 'en', '{}', '', '{}'"
    ),
    Step.CHANGE: "UPDATE cases_dossier SET title = 'x' WHERE id = %(id)s",
    Step.ANSWER: "UPDATE cases_dossier SET status = 'answered' WHERE id = %(id)s",
}


@pytest.mark.parametrize("step", WRITES)
@pytest.mark.parametrize("status", ["open", "closed"])
def test_policy_allows_what_postgresql_lets_through(cast: Cast, step: Step, status: str) -> None:
    dossiers = [
        DossierFactory(handler=cast.belgian_officer, status=status),
        DossierFactory(handler=cast.belgian_officer, status=status, confined=True),
        DossierFactory(owner="NL", status=status),
        DossierFactory(owner="LU", status=status),
    ]
    for level in ("view", "contribute", "handle"):
        dossier = DossierFactory(handler=cast.belgian_officer, status=status)
        mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, level=level)
        grant(dossier, cast.dutch_officer, level, mandate)
        dossiers.append(dossier)
    for dossier in dossiers:
        EntryFactory(dossier=dossier, kind="answer")  # what the status asks for
    for name, person in cast.people.items():
        for dossier in dossiers:
            allowed = bool(policy.may(person, step, dossier))
            done = not refused(person, WRITES[step], {"id": dossier.pk})
            assert allowed == done, (name, dossier.owner, dossier.confined)


# Either wall alone ----------------------------------------------------------------------------

FENCED = ("cases_dossier", "cases_entry", "cases_handover", "cases_mandate",
          "cases_dossieruserpermission", "cases_dossiergrouppermission", "cases_granthistory",
          "cases_visit", "cases_translation", "cases_draft", "cases_party", "cases_identifier",
          "cases_connection", "cases_document", "cases_documentversion",
          "cases_upload", "cases_export", "cases_savedview", "cases_rotation",
          "cases_rotationline", "cases_standin", "cases_contact", "accounts_duty")  # fmt: skip


def _take_down_postgresql() -> None:
    _settle()
    for table in FENCED:
        as_owner(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")


@pytest.fixture
def belgian(cast: Cast) -> Dossier:
    """A Belgian dossier of which nobody Dutch knows."""
    dossier = DossierFactory(handler=cast.belgian_officer, title="Kept at home")
    DocumentFactory(dossier=dossier, title="Kept at home")
    SavedViewFactory(person=cast.belgian_officer)
    rotation_of(cast.belgian_officer, dossier)
    StandInFactory(absent=cast.belgian_officer, stand_in=cast.belgian_colleague)
    ContactFactory(keeper=cast.belgian_officer, name="Kept at home")
    on_duty(cast, cast.belgian_officer, "BOG")
    return dossier


def test_python_holds_alone_when_postgresql_has_no_policy(cast: Cast, belgian: Dossier) -> None:
    _take_down_postgresql()
    assert raw(cast.dutch_officer, "SELECT count(*) FROM cases_dossier") == [(1,)]
    with as_person(cast.dutch_officer):
        assert not Dossier.objects.visible_to(cast.dutch_officer).exists()
        assert not Document.objects.visible_to(cast.dutch_officer).exists()
        assert SavedView.objects.exists()
        assert not SavedView.objects.visible_to(cast.dutch_officer).exists()
        assert RotationLine.objects.exists()
        assert not Rotation.objects.visible_to(cast.dutch_officer).exists()
        assert not RotationLine.objects.visible_to(cast.dutch_officer).exists()
        assert StandIn.objects.exists()
        assert not StandIn.objects.visible_to(cast.dutch_officer).exists()
        assert Contact.objects.exists()
        assert not Contact.objects.visible_to(cast.dutch_officer).exists()
        assert Duty.objects.exists()
        assert not duty.readable(cast.dutch_officer).exists()
        assert not duty.turns(cast.dutch_officer)
        assert not handovers.mine(cast.dutch_officer).exists()
        assert not mandates.readable(cast.dutch_officer).exists()
    with as_person(cast.belgian_colleague):
        assert Dossier.objects.visible_to(cast.belgian_colleague).count() == 1


def test_postgresql_holds_alone_when_python_shows_everything(cast: Cast, belgian: Dossier) -> None:
    with (
        patch.object(policy, "visible", lambda dossiers, user: dossiers),
        patch.object(policy, "contacts", _everything),
        as_person(cast.dutch_officer),
    ):
        assert not Dossier.objects.visible_to(cast.dutch_officer).exists()
        assert not Entry.objects.exists()
        assert not Document.objects.exists()
        assert not DocumentVersion.objects.exists()
        assert not Handover.objects.exists()
        assert not SavedView.objects.exists()
        assert not Rotation.objects.exists()
        assert not RotationLine.objects.exists()
        assert not StandIn.objects.exists()
        assert not Contact.objects.visible_to(cast.dutch_officer).exists()
        assert not Duty.objects.exists()


PAGES = ("/d/{ref}/", "/d/{ref}/access", "/d/{ref}/hand-over", "/d/{ref}/change",
         "/handovers/{offer}/", "/mandates/{mandate}/", "/d/{ref}/documents",
         "/documents/{document}/", "/documents/{document}/withdraw",
         "/files/{version}", "/contacts/{contact}/", "/contacts/{contact}/change")  # fmt: skip
LISTS = ("/", "/dossiers/", "/search?q=kept", "/handovers/", "/alerts/", "/contacts/",
         "/contacts/?q=kept")  # fmt: skip


def _everything(dossiers: Any, _user: User) -> Any:
    return dossiers


@contextmanager
def _one_wall_down(wall: str) -> Iterator[None]:
    if wall == "postgresql":
        _take_down_postgresql()
        yield
        return
    with (
        patch.object(policy, "visible", _everything),
        patch.object(policy, "contacts", _everything),
    ):
        yield


@pytest.mark.parametrize("wall", ["python", "postgresql"])
@pytest.mark.parametrize("address", PAGES)
def test_with_one_wall_down_a_page_still_does_not_exist(
    cast: Cast, belgian: Dossier, client_of: Any, wall: str, address: str
) -> None:
    mandate = MandateFactory(dossier=belgian, receiver=cast.dutch_officer, state="asked")
    offer = HandoverFactory(dossier=belgian, to=cast.dutch_officer, mandate=mandate)
    document = belgian.documents.get()
    path = address.format(
        ref=belgian.reference, offer=offer.pk, mandate=mandate.pk, document=document.pk,
        version=document.versions.get().pk, contact=Contact.objects.get().pk,
    )  # fmt: skip
    browser = client_of(cast.dutch_officer)
    with _one_wall_down(wall):
        assert browser.get(path).status_code == 404
    assert client_of(cast.belgian_officer).get(path).status_code in (200, 403)  # it is there


@pytest.mark.parametrize("wall", ["python", "postgresql"])
@pytest.mark.parametrize("address", LISTS)
def test_with_one_wall_down_no_list_shows_it(
    cast: Cast, belgian: Dossier, client_of: Any, wall: str, address: str
) -> None:
    browser = client_of(cast.dutch_officer)
    with _one_wall_down(wall):
        shown = browser.get(address).content.decode()
    assert belgian.reference not in shown
    assert belgian.title not in shown


# Steps that the Dutch officer must not take on the Belgian dossier, or an offer of it.
WRONG: dict[str, Callable[[Cast, Dossier, Handover], object]] = {
    "note": lambda cast, dossier, _offer: steps.add_note(cast.dutch_officer, dossier),
    "document": lambda cast, dossier, _offer: steps.add_documents(cast.dutch_officer, dossier),
    "replace": lambda cast, dossier, _offer: steps.replace_document(
        cast.dutch_officer, dossier.documents.get()
    ),
    "withdraw a document": lambda cast, dossier, _offer: steps.withdraw_document(
        cast.dutch_officer, dossier.documents.get()
    ),
    "change": lambda cast, dossier, _offer: steps.change(cast.dutch_officer, dossier, title="x"),
    "status": lambda cast, dossier, _offer: steps.move(cast.dutch_officer, dossier, Step.WAIT),
    "offer": lambda cast, dossier, _offer: steps.offer(
        cast.dutch_officer, dossier, cast.dutch_colleague.person_ptr
    ),
    "accept": lambda cast, _dossier, offer: steps.accept(cast.dutch_officer, offer),
    "decline": lambda cast, _dossier, offer: steps.decline(cast.dutch_officer, offer),
    "withdraw": lambda cast, _dossier, offer: steps.withdraw(cast.dutch_officer, offer),
    "give": lambda cast, _dossier, offer: steps.give(
        cast.dutch_coordinator, steps.mandate_of(offer)
    ),
    "give own": lambda cast, _dossier, offer: steps.give(
        cast.belgian_officer, steps.mandate_of(offer)
    ),
    "refuse": lambda cast, _dossier, offer: steps.refuse(
        cast.dutch_coordinator, steps.mandate_of(offer)
    ),
    "change a contact": lambda cast, _dossier, _offer: steps.change_contact(
        cast.dutch_officer, Contact.objects.get(), name="x"
    ),
    "take a contact": lambda cast, _dossier, _offer: steps.give_contact(
        cast.dutch_officer, Contact.objects.get(), cast.dutch_officer
    ),
    "retire a contact": lambda cast, _dossier, _offer: steps.retire_contact(
        cast.dutch_officer, Contact.objects.get()
    ),
    "open": lambda cast, dossier, _offer: steps.open_dossier(
        cast.dutch_officer, dossier.desk, owner="BE", handler=cast.dutch_officer.person_ptr
    ),
}


@pytest.mark.parametrize("step", WRONG)
@pytest.mark.parametrize("wall", ["python", "postgresql", "neither"])
def test_with_one_wall_down_a_wrong_step_still_changes_nothing(
    cast: Cast, belgian: Dossier, wall: str, step: str
) -> None:
    mandate = MandateFactory(
        dossier=belgian, receiver=cast.dutch_officer, state="asked", asked_by=cast.belgian_officer
    )
    offer = HandoverFactory(dossier=belgian, to=cast.dutch_officer, mandate=mandate)
    before = _contents()
    with ExitStack() as down:
        if wall != "neither":
            down.enter_context(_one_wall_down(wall))
        if wall == "python":
            down.enter_context(patch.object(policy, "require", lambda *_all: None))
            down.enter_context(patch.object(policy, "may_open", lambda *_a, **_b: policy.YES))
        with pytest.raises((PermissionDenied, ObjectDoesNotExist, DatabaseError, StaleError)):
            WRONG[step](cast, belgian, offer)
    assert _contents() == before


def _contents() -> list[Any]:
    return [
        as_owner(f"SELECT t.* FROM {table} t ORDER BY id")
        for table in FENCED
        if table != "cases_visit"
    ]


def test_the_search_function_holds_without_policies(cast: Cast, belgian: Dossier) -> None:
    _take_down_postgresql()
    assert raw(cast.dutch_officer, "SELECT cases_search('kept', 10)") == []
    assert raw(cast.belgian_officer, "SELECT cases_search('kept', 10)") == [(belgian.pk,)]
