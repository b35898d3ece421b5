"""People and objects: who adds, corrects and withdraws, and that nothing is ever overwritten."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import User
from cases import identifiers, policy
from cases.models import Connection, Dossier, Entry, Identifier, Party
from cases.models.parties import ALL_DETAILS, FULL_ROLES, PersonRole, details_of
from cases.selectors import timeline
from cases.services import connections, parties
from cases.services.dossiers import StaleError
from cases.services.parties import New
from lodesk.audit.models import LogRow
from tests.factories import (
    Cast,
    ConnectionFactory,
    DossierFactory,
    MandateFactory,
    PartyFactory,
    as_person,
    grant,
    raw,
    refused,
)
from tests.looking import as_owner

pytestmark = pytest.mark.django_db
NUMBERS = ("CSQU 305438 3", "XMPU 120045 7")


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles."""
    made: Dossier = DossierFactory(handler=cast.belgian_officer)
    return made


def new(*numbers: str, **values: Any) -> New:
    """An object unless told otherwise."""
    read = [identifiers.recognise(each) for each in numbers]
    return New({"kind": "item"} | values, read)


def add(by: User, dossier: Dossier, *what: New) -> list[Party]:
    """Add as this person."""
    with as_person(by):
        return parties.add(dossier=dossier, by=by, parties=what or [new(*NUMBERS)])


def correct(by: User, party: Party, what: New, reason: str = "a slip") -> Party:
    """Correct as this person."""
    with as_person(by):
        return parties.correct(party=party, by=by, new=what, reason=reason)


def withdraw(by: User, party: Party, reason: str = "not of this matter") -> Party:
    """Withdraw as this person."""
    with as_person(by):
        return parties.withdraw(party=party, by=by, reason=reason)


def sentences(by: User, dossier: Dossier) -> list[str]:
    """The events of the timeline in words, the newest first."""
    with as_person(by):
        piece = timeline.timeline(dossier, by, last_visit=None, show="events")
    return [item.text for day in piece.days for item in day.items]


# Who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["belgian_officer", "belgian_colleague", "belgian_headquarters"])
def test_handler_team_and_headquarters_add(cast: Cast, dossier: Dossier, who: str) -> None:
    (party,) = add(getattr(cast, who), dossier)
    party.refresh_from_db()
    assert (party.added_by_id, party.origin_id) == (getattr(cast, who).pk, party.pk)
    assert (party.number, party.current) == (1, True)
    found = party.identifiers.order_by("place").values_list("normal", "owner", "dossier", "current")
    assert list(found) == [("CSQU3054383", "BE", dossier.pk, True),
                           ("XMPU1200457", "BE", dossier.pk, True)]  # fmt: skip


@pytest.mark.parametrize("who", ["dutch_officer", "belgian_elsewhere", "belgian_auditor"])
def test_for_who_may_not_read_the_dossier_does_not_exist(
    cast: Cast, dossier: Dossier, who: str
) -> None:
    party = PartyFactory(dossier=dossier)
    other = PartyFactory(dossier=dossier)
    me = getattr(cast, who)
    for act in (
        lambda: add(me, dossier),
        lambda: correct(me, party, new("IMO 9074729")),
        lambda: withdraw(me, party),
        lambda: _connect(me, party, other),
    ):
        with pytest.raises(Dossier.DoesNotExist):
            act()
    assert Party.objects.count() == 2


def test_who_may_only_view_adds_corrects_and_withdraws_nothing(
    cast: Cast, dossier: Dossier
) -> None:
    me = cast.dutch_officer
    mandate = MandateFactory(dossier=dossier, receiver=me, level="view")
    grant(dossier, me, "view", mandate)
    one, other = PartyFactory(dossier=dossier), PartyFactory(dossier=dossier)
    link = ConnectionFactory(one=one, other=other)
    for act in (
        lambda: add(me, dossier),
        lambda: correct(me, one, new("IMO 9074729")),
        lambda: withdraw(me, one),
        lambda: _connect(me, one, other),
        lambda: _disconnect(me, link),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_a_contributor_of_the_other_country_adds_under_the_mandate(
    cast: Cast, dossier: Dossier
) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, level="contribute")
    grant(dossier, cast.dutch_officer, "contribute", mandate)
    add(cast.dutch_officer, dossier)
    row = LogRow.objects.get(action="party.added", chain="BE")
    assert row.mandate == mandate.number


def test_a_closed_dossier_takes_none_by_either_wall(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    me, dossier = cast.belgian_officer, DossierFactory(handler=cast.belgian_officer)
    one, other = PartyFactory(dossier=dossier), PartyFactory(dossier=dossier)
    Dossier.objects.filter(pk=dossier.pk).update(status="answered")
    Dossier.objects.filter(pk=dossier.pk).update(status="closed")
    acts = (
        lambda: add(me, dossier),
        lambda: correct(me, one, new("IMO 9074729")),
        lambda: withdraw(me, one),
        lambda: _connect(me, one, other),
    )
    for act in acts:
        with pytest.raises(PermissionDenied):
            act()
    monkeypatch.setattr(policy, "require", lambda *_args: None)
    for act in acts:
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            act()


# Versions -----------------------------------------------------------------------------------


def test_a_correction_is_a_new_version_and_the_old_one_stays(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    (beside,) = add(me, dossier, new("IMO 9074729"))
    (first,) = add(me, dossier, new("XMPU 120045 7", name="Box"))
    second = correct(me, first, new("XMPU 120045 9", name="Crate"), "read again on the picture")
    third = correct(cast.belgian_colleague, second, new("XMPU 120045 9", name="Reefer"))
    rows = Party.objects.filter(origin=first.pk).order_by("number")
    shown = list(rows.values_list("number", "name", "current", "replaces", "reason"))
    assert shown == [
        (1, "Box", False, None, ""),
        (2, "Crate", False, first.pk, "read again on the picture"),
        (3, "Reefer", True, second.pk, "a slip"),
    ]
    assert beside.identifiers.get().current
    numbers = Identifier.objects.exclude(party=beside.pk).order_by("party__number")
    numbers = numbers.values_list("value", "current")
    assert list(numbers) == [
        ("XMPU 120045 7", False), ("XMPU 120045 9", False), ("XMPU 120045 9", True),
    ]  # fmt: skip
    assert third.number == 3


def test_a_withdrawal_is_a_last_version_with_its_reason(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    (first,) = add(me, dossier, new("XMPU 120045 7"))
    last = withdraw(me, first)
    last.refresh_from_db()
    assert (last.number, last.withdrawn, last.current) == (2, True, False)
    assert not Party.objects.filter(dossier=dossier, current=True).exists()
    assert not Identifier.objects.filter(current=True).exists()
    for stale in (first, last):
        with pytest.raises(StaleError):
            correct(me, stale, new("IMO 9074729"))


def test_of_two_who_correct_the_same_version_the_second_is_told(
    cast: Cast, dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = cast.belgian_officer
    (first,) = add(me, dossier)
    correct(cast.belgian_colleague, first, new("IMO 9074729"))
    with pytest.raises(StaleError):
        correct(me, first, new("IMO 9074729"))
    monkeypatch.setattr(parties, "_require_present", lambda _party: None)  # at the same moment
    with pytest.raises(StaleError), transaction.atomic():
        correct(me, first, new("IMO 9074729"))
    assert Party.objects.count() == 2


def test_the_database_decides_number_moment_origin_and_whether_it_is_current(
    cast: Cast, dossier: Dossier
) -> None:
    me = cast.belgian_officer
    (first,) = add(me, dossier)
    with as_person(me):
        forged = Party(
            dossier=dossier, added_by_id=me.pk, kind="item", name="x", number=9, current=False,
            added_at=timezone.now() - timedelta(days=9), origin_id=first.pk,
        )  # fmt: skip
        Party.objects.bulk_create([forged])
        Identifier.objects.bulk_create(
            [Identifier(party=forged, dossier_id=dossier.pk, owner="NL", current=False,
                        kind="other", value="x", normal="X")]
        )  # fmt: skip
    forged.refresh_from_db()
    assert (forged.number, forged.current, forged.origin_id) == (1, True, forged.pk)
    assert timezone.now() - forged.added_at < timedelta(hours=1)
    number = forged.identifiers.get()
    assert (number.owner, number.current) == ("BE", True)


def test_a_number_stands_where_its_version_stands(cast: Cast, dossier: Dossier) -> None:
    dutch = PartyFactory(dossier=DossierFactory(owner="NL"), numbers=NUMBERS)
    here = PartyFactory(dossier=dossier, numbers=NUMBERS)
    for party in (dutch, here):
        found = party.identifiers.values_list("dossier", "owner").distinct()
        assert list(found) == [(party.dossier_id, party.dossier.owner)]
    stray = Identifier(party=dutch, dossier_id=dossier.pk, kind="other", value="x", normal="X")
    Identifier.objects.bulk_create([stray])
    stray.refresh_from_db()
    assert (stray.dossier_id, stray.owner) == (dutch.dossier_id, "NL")


def test_a_number_joins_its_version_only_while_that_is_being_written(
    cast: Cast, dossier: Dossier
) -> None:
    me = cast.belgian_officer
    statement = (
        "INSERT INTO cases_identifier (id, party_id, dossier_id, owner, current, place, kind,"
        " value, normal) VALUES (gen_random_uuid(), %s, %s, 'BE', true, 0, 'other', 'x', 'X')"
    )
    ((began,),) = as_owner("SELECT now()")
    values = {"dossier": dossier, "added_by": me}
    now = PartyFactory(**values, added_at=began)
    before = PartyFactory(**values, added_at=began - timedelta(microseconds=1))
    others = PartyFactory(**values | {"added_by": cast.belgian_colleague}, added_at=began)
    replaced = PartyFactory(**values, added_at=began)
    PartyFactory(**values, added_at=began, replaces=replaced, reason="x")
    assert not refused(me, statement, [now.pk, dossier.pk])
    for party in (before, others, replaced):
        assert refused(me, statement, [party.pk, dossier.pk])


def test_what_replaces_nothing_is_refused_like_what_is_hidden(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    hidden = PartyFactory(dossier=DossierFactory(owner="NL"))
    statement = (
        "INSERT INTO cases_party (id, dossier_id, number, current, added_at, place, withdrawn,"
        " reason, added_by_id, kind, role, name, part, note, nationality, address, aliases,"
        " birth_place, sex, occupation, appearance, conduct, special_categories, special_data,"
        " special_reason, replaces_id) VALUES (gen_random_uuid(), %s, 1, true, now(), 0, false,"
        " 'x', %s, 'item', '', 'x', '', '', '', '', '', '', '', '', '', '', '{}', '', '', %s)"
    )
    told = []
    for key in (hidden.pk, "00000000-0000-4000-8000-000000000000"):
        with pytest.raises(DatabaseError) as error, transaction.atomic():
            raw(me, statement, [dossier.pk, me.pk, key])
        told.append(str(error.value).replace(str(key), ""))
    assert told[0] == told[1]


# Roles and what they let be asked -------------------------------------------------------------


@pytest.mark.parametrize("role", PersonRole.values)
def test_the_role_decides_what_may_be_written(cast: Cast, dossier: Dossier, role: str) -> None:
    asked = set(details_of("person", role))
    assert (asked == set(ALL_DETAILS)) == (role in FULL_ROLES)
    for name in set(ALL_DETAILS) - {"born_on", "nationality", "sex"}:
        values = {"kind": "person", "role": role, "name": "A", name: "x"}
        with transaction.atomic():
            if name in asked:
                add(cast.belgian_officer, dossier, New(values))
            else:
                with pytest.raises(DatabaseError, match="party_details"), transaction.atomic():
                    add(cast.belgian_officer, dossier, New(values))


def test_special_data_stand_beside_their_justification(cast: Cast, dossier: Dossier) -> None:
    values = {
        "kind": "person", "role": "suspect", "name": "A",
        "special_categories": ["health"], "special_data": "Insulin.",
    }  # fmt: skip
    with pytest.raises(DatabaseError, match="justified"), transaction.atomic():
        add(cast.belgian_officer, dossier, New(values))
    add(cast.belgian_officer, dossier, New(values | {"special_reason": "The arrest."}))


def test_a_field_nobody_knows_is_an_error(cast: Cast, dossier: Dossier) -> None:
    with pytest.raises(ValueError, match="shoe"):
        add(cast.belgian_officer, dossier, new(shoe_size="44"))


# Connections ----------------------------------------------------------------------------------


def _connect(by: User, one: Party, other: Party, kind: str = "owner") -> Connection:
    with as_person(by):
        return connections.connect(one=one, other=other, kind=kind, by=by)


def _disconnect(by: User, connection: Connection) -> None:
    with as_person(by):
        connections.disconnect(connection=connection, by=by, reason="mistaken")


def test_a_connection_is_withdrawn_once_and_stays_readable(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    one, other = add(me, dossier, new(name="One"), new(name="Other"))
    link = _connect(me, one, other)
    _disconnect(cast.belgian_colleague, link)
    with pytest.raises(StaleError), transaction.atomic():
        _disconnect(me, link)
    rows = Connection.objects.order_by("added_at").values_list("current", "replaces", "reason")
    assert list(rows) == [(False, None, ""), (False, link.pk, "mistaken")]
    assert sentences(me, dossier)[:2] == [
        "Connection withdrawn: One, owner of Other.", "Connection added: One, owner of Other.",
    ]  # fmt: skip


def test_a_connection_outlives_a_correction(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    one, other = add(me, dossier, new(name="One"), new(name="Other"))
    one = correct(me, one, new(name="One again"))
    _connect(me, one, other, "carried")
    assert Connection.objects.get().one_id == one.origin_id
    assert sentences(me, dossier)[0] == "Connection added: One again, carried in Other."


# What is told ---------------------------------------------------------------------------------


def test_what_is_added_together_is_one_event(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    add(me, dossier, new("CSQU 305438 3"), new("IMO 9074729", name="MV Voorbeeld"))
    add(me, dossier, new(kind="person", role="witness", name="J. Proef"))
    add(me, dossier, *(new(f"+32 2 555 12 {each}") for each in range(10, 18)))
    many, one, two = sentences(me, dossier)
    assert two == ("2 objects added: container CSQU 305438 3, ship MV Voorbeeld, IMO 9074729.")
    assert one == "Added: person J. Proef, witness."
    assert many.startswith("8 objects added: phone +32 2 555 12 10, ")
    assert many.endswith(" and 2 more.")
    assert Entry.objects.filter(event="party.added", author=me.pk).count() == 3


def test_corrections_and_withdrawals_are_told_with_their_reasons(
    cast: Cast, dossier: Dossier
) -> None:
    me = cast.belgian_officer
    (party,) = add(me, dossier, new("XMPU 120045 7"))
    party = correct(me, party, new("XMPU 120045 9"), "read again")
    withdraw(me, party, "another ship")
    assert sentences(me, dossier)[:2] == [
        "Withdrawn: container XMPU 120045 9; another ship",
        "Corrected: container XMPU 120045 9; read again",
    ]  # fmt: skip


def test_an_event_holds_keys_only(cast: Cast, dossier: Dossier) -> None:
    (party,) = add(cast.belgian_officer, dossier, new("CSQU 305438 3", name="A name"))
    facts = Entry.objects.get(event="party.added").facts
    assert facts == {"parties": [str(party.pk)]}


def test_every_act_is_logged_without_content(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    one, other = add(
        me, dossier, new(kind="person", role="suspect", name="A. Naam"), new("IMO 9074729")
    )
    one = correct(me, one, new(kind="person", role="witness", name="B. Naam"))
    link = _connect(me, one, other)
    _disconnect(me, link)
    withdraw(me, other)
    rows = list(LogRow.objects.filter(chain="BE", actor=me.pk).order_by("at"))
    assert [row.action for row in rows] == [
        "party.added", "party.added", "party.corrected", "connection.added",
        "connection.withdrawn", "party.withdrawn",
    ]  # fmt: skip
    assert rows[0].facts["role"] == "suspect"
    assert rows[2].facts["fields"] == ["name", "role"]
    assert rows[2].why == "a slip"
    assert len({row.facts.get("digest") for row in rows[:3]}) == 3
    assert not any("Naam" in str(row.facts) for row in rows)


# Either wall alone ----------------------------------------------------------------------------


def test_postgresql_alone_shows_and_takes_nothing_of_a_hidden_dossier(
    cast: Cast, dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = PartyFactory(dossier=dossier, numbers=["CSQU 305438 3"])
    ConnectionFactory(one=one, other=PartyFactory(dossier=dossier))
    stranger = cast.dutch_officer
    for model in (Party, Identifier, Connection):
        with as_person(stranger):
            assert not model.objects.exists()
    monkeypatch.setattr(policy, "visible", lambda dossiers, _user: dossiers)
    monkeypatch.setattr(policy, "require", lambda *_args: None)
    monkeypatch.setattr(parties, "_open_to", lambda _by, found: found)
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        add(stranger, dossier)


def test_python_alone_takes_nothing_when_postgresql_has_no_policy(
    cast: Cast, dossier: Dossier
) -> None:
    for table in ("cases_dossier", "cases_party", "cases_identifier", "cases_connection"):
        as_owner("SET CONSTRAINTS ALL IMMEDIATE")
        as_owner(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    party = PartyFactory(dossier=dossier)
    for act in (lambda: add(cast.dutch_officer, dossier),
                lambda: withdraw(cast.dutch_officer, party)):  # fmt: skip
        with pytest.raises(Dossier.DoesNotExist):
            act()
