"""Contacts: for whom they are, version by version, handed over, and who is told what."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage

from accounts.models import Posting, User
from cases.models import Contact
from cases.selectors import contacts as selectors
from cases.selectors.contacts import Filters
from cases.services import contacts
from cases.services.dossiers import StaleError
from lodesk.alerts.models import Alert, Delivery
from lodesk.alerts.sending import send_due
from lodesk.audit.models import LogRow
from tests import steps
from tests.border.together import At, waits
from tests.factories import Cast, ContactFactory, as_person, newer
from tests.steps import in_

pytestmark = pytest.mark.django_db


def seen(person: User) -> set[str]:
    """Names of the contacts a person sees, as both walls say together."""
    with as_person(person):
        return set(Contact.objects.visible_to(person).values_list("name", flat=True))


def leaves(person: User) -> None:
    """The postings of a person are over."""
    Posting.objects.filter(person=person.pk).update(ends_at=in_(seconds=-1))


def now(contact: Contact) -> Contact:
    """The present version."""
    return Contact.objects.get(origin=contact.origin_id, current=True)


def logged(action: str) -> LogRow:
    """The one row of the log about this."""
    return LogRow.objects.get(action=action)


# Who sees what --------------------------------------------------------------------------------


def test_a_contact_is_for_the_own_team_and_headquarters_unless_told_otherwise(cast: Cast) -> None:
    made = steps.add_contact(cast.belgian_officer, cast.desks["BOG"])
    assert (made.owner, made.visibility, made.keeper_id) == ("BE", "team", cast.belgian_officer.pk)
    sees = {name for name, person in cast.people.items() if seen(person)}
    assert sees == {
        "belgian_officer", "belgian_colleague", "belgian_head", "belgian_headquarters",
        "belgian_coordinator", "belgian_second_coordinator",
    }  # fmt: skip


def test_what_one_keeps_for_oneself_is_seen_by_coordinators_alone(cast: Cast) -> None:
    steps.add_contact(cast.belgian_officer, cast.desks["BOG"], visibility="mine")
    sees = {name for name, person in cast.people.items() if seen(person)}
    assert sees == {"belgian_officer", "belgian_coordinator", "belgian_second_coordinator"}


def test_what_is_for_the_desk_is_read_by_every_country_there_and_changed_by_its_own(
    cast: Cast,
) -> None:
    made = steps.add_contact(cast.belgian_officer, cast.desks["BOG"], visibility="desk")
    assert seen(cast.dutch_colleague) == {made.name}
    for stranger in (cast.dutch_headquarters, cast.luxembourg_coordinator, cast.belgian_elsewhere):
        assert seen(stranger) == set()
    with pytest.raises(PermissionDenied):
        steps.change_contact(cast.dutch_colleague, made, name="Another")
    steps.change_contact(cast.belgian_colleague, made, name="Another")
    assert seen(cast.dutch_colleague) == {"Another"}


def test_luxembourg_which_has_no_team_keeps_its_own_at_any_desk(cast: Cast) -> None:
    made = steps.add_contact(cast.luxembourg_headquarters, cast.desks["BOG"], visibility="desk")
    assert seen(cast.luxembourg_coordinator) == seen(cast.belgian_officer) == {made.name}
    for headquarters in (cast.belgian_coordinator, cast.dutch_headquarters):
        with pytest.raises(PermissionDenied):
            steps.add_contact(headquarters, cast.desks["BOG"])


@pytest.mark.parametrize("who", ["belgian_auditor", "belgian_administrator", "belgian_leaver",
                                 "belgian_newcomer", "belgian_elsewhere"])  # fmt: skip
def test_nobody_adds_contacts_where_he_is_not_posted(cast: Cast, who: str) -> None:
    with pytest.raises(PermissionDenied):
        steps.add_contact(getattr(cast, who), cast.desks["BOG"])


# Versions -------------------------------------------------------------------------------------


def test_a_change_is_a_version_that_says_who_changed_what(cast: Cast) -> None:
    made = steps.add_contact(cast.belgian_officer, cast.desks["BOG"], phones=["+576015550101"])
    steps.change_contact(cast.belgian_colleague, made, phones=["+576015550102"], note="New.")
    last = now(made)
    assert (last.number, last.made_by_id, last.act) == (2, cast.belgian_colleague.pk, "changed")
    assert (last.name, last.phones, last.keeper_id) == (
        made.name, ["+576015550102"], cast.belgian_officer.pk,
    )  # fmt: skip
    assert Contact.objects.get(pk=made.pk).phones == ["+576015550101"]
    row = logged("contact.changed")
    assert row.facts == {"version": 2, "fields": ["note", "phones"], "visibility": "team"}
    assert (row.chain, row.target_id, row.personal, row.why) == ("BE", made.pk, "", "")


def test_a_change_of_nothing_is_none(cast: Cast) -> None:
    made = steps.add_contact(cast.belgian_officer, cast.desks["BOG"])
    assert steps.change_contact(cast.belgian_officer, made, name=made.name).pk == made.pk
    assert not LogRow.objects.filter(action="contact.changed").exists()


def test_who_sees_it_is_for_its_keeper_to_say(cast: Cast) -> None:
    made = steps.add_contact(cast.belgian_officer, cast.desks["BOG"])
    with pytest.raises(PermissionDenied):
        steps.change_contact(cast.belgian_colleague, made, visibility="desk")
    steps.change_contact(cast.belgian_officer, made, visibility="desk")
    assert seen(cast.dutch_officer) == {made.name}


def test_what_was_written_for_one_person_is_not_read_when_it_is_shown_to_more(cast: Cast) -> None:
    me = cast.belgian_officer
    made = steps.add_contact(me, cast.desks["BOG"], visibility="mine", note="Secret.")
    shown = steps.change_contact(me, made, visibility="desk", note="")
    steps.change_contact(me, shown, note="Ring twice.")
    for person, notes in ((me, ["Secret.", "", "Ring twice."]),
                          (cast.belgian_coordinator, ["Secret.", "", "Ring twice."]),
                          (cast.belgian_colleague, ["", "Ring twice."]),
                          (cast.dutch_officer, ["", "Ring twice."])):  # fmt: skip
        with as_person(person):
            versions = Contact.objects.versions_of(now(made), person).order_by("number")
            assert list(versions.values_list("note", flat=True)) == notes
            assert Contact.objects.filter(origin=made.pk).count() == len(notes)


def test_what_is_drawn_back_is_gone_with_all_its_versions(cast: Cast) -> None:
    me = cast.belgian_officer
    made = steps.add_contact(me, cast.desks["BOG"], visibility="desk")
    steps.change_contact(me, made, visibility="mine")
    for person in (cast.dutch_officer, cast.belgian_colleague, cast.belgian_headquarters):
        with as_person(person):
            assert not Contact.objects.exists()


def test_a_retired_contact_stays_and_nothing_follows(cast: Cast) -> None:
    made = steps.add_contact(cast.belgian_officer, cast.desks["BOG"])
    gone = steps.retire_contact(cast.belgian_colleague, made, "Has left.")
    assert seen(cast.belgian_officer) == {made.name}
    assert logged("contact.retired").why == "Has left."
    with as_person(cast.belgian_officer):
        listed = selectors.listed(cast.belgian_officer, Filters())
        retired = selectors.listed(cast.belgian_officer, Filters(state="retired"))
    assert ([len(each.rows) for each in (listed, retired)]) == [0, 1]
    for act in (steps.retire_contact, steps.change_contact):
        with pytest.raises(PermissionDenied):
            act(cast.belgian_officer, gone)
    with pytest.raises(PermissionDenied):
        steps.give_contact(cast.belgian_officer, gone, cast.belgian_colleague)


def test_who_was_slower_is_told(cast: Cast) -> None:
    made = steps.add_contact(cast.belgian_officer, cast.desks["BOG"])
    steps.change_contact(cast.belgian_colleague, made, name="First")
    for act in (steps.retire_contact, steps.change_contact):
        with pytest.raises(StaleError):
            act(cast.belgian_officer, made)
    with pytest.raises(StaleError):
        steps.give_contact(cast.belgian_officer, made, cast.belgian_colleague)
    assert now(made).name == "First"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_it_at_the_same_moment_one_is_told(cast: Cast) -> None:
    made = ContactFactory(keeper=cast.belgian_officer)
    one_person, other_person = cast.belgian_officer, cast.belgian_colleague
    with At(one_person) as one, At(other_person) as other:
        one.does(contacts.change, contact=made, by=one_person, name="One")
        waiting = other.starts(contacts.change, contact=made, by=other_person, name="Other")
        assert waits(waiting)
        one.commits()
        with pytest.raises(StaleError):
            waiting.result(20)
    assert now(made).name == "One"


# Handing over ---------------------------------------------------------------------------------


def test_a_contact_is_handed_to_a_colleague_who_is_told_nothing_of_it(
    cast: Cast, mailoutbox: list[EmailMessage]
) -> None:
    made = steps.add_contact(
        cast.belgian_officer, cast.desks["BOG"], name="R. Ejemplo", visibility="mine"
    )
    steps.give_contact(cast.belgian_officer, made, cast.belgian_colleague)
    assert now(made).keeper_id == cast.belgian_colleague.pk
    assert seen(cast.belgian_officer) == set()
    assert seen(cast.belgian_colleague) == {"R. Ejemplo"}
    alert = Alert.objects.get(event="contact.handed_over")
    assert (alert.recipient_id, alert.reference, alert.facts) == (
        cast.belgian_colleague.pk, "", {"number": 1},
    )  # fmt: skip
    send_due()
    (mail,) = mailoutbox
    assert mail.subject == "[LO Desk] a contact is yours to keep"
    assert mail.to == [cast.belgian_colleague.email]
    assert f"/contacts/{made.pk}/" in mail.body
    assert "Ejemplo" not in mail.message().as_string()
    assert logged("contact.handed_over").facts == {
        "version": 2, "person": str(cast.belgian_colleague.public_id),
    }  # fmt: skip


def test_the_alert_goes_with_the_sight_of_the_contact(cast: Cast) -> None:
    made = steps.add_contact(cast.belgian_officer, cast.desks["BOG"], visibility="mine")
    given = steps.give_contact(cast.belgian_officer, made, cast.belgian_colleague)
    mate = cast.belgian_colleague
    with as_person(mate):
        assert Alert.objects.visible_to(mate).count() == Alert.objects.count() == 1
    steps.give_contact(mate, given, cast.belgian_head)
    with as_person(mate):
        assert Alert.objects.visible_to(mate).count() == Alert.objects.count() == 0
    send_due()
    states = Delivery.objects.order_by("alert__created_at").values_list("state", flat=True)
    assert "dropped" in states


@pytest.mark.parametrize("who", ["belgian_elsewhere", "belgian_leaver", "dutch_officer",
                                 "belgian_coordinator", "belgian_officer"])  # fmt: skip
def test_only_a_colleague_at_the_desk_can_be_given_one(cast: Cast, who: str) -> None:
    made = steps.add_contact(cast.belgian_officer, cast.desks["BOG"], visibility="desk")
    with pytest.raises(PermissionDenied):
        steps.give_contact(cast.belgian_officer, made, getattr(cast, who))


@pytest.mark.parametrize("who", ["belgian_colleague", "belgian_head", "belgian_coordinator"])
def test_nobody_takes_what_somebody_keeps(cast: Cast, who: str) -> None:
    made = steps.add_contact(cast.belgian_officer, cast.desks["BOG"])
    with pytest.raises(PermissionDenied):
        steps.give_contact(getattr(cast, who), made, cast.belgian_colleague)


def test_what_nobody_keeps_is_marked_and_taken_by_anyone_of_the_team(cast: Cast) -> None:
    made = steps.add_contact(cast.belgian_officer, cast.desks["BOG"])
    leaves(cast.belgian_officer)
    mate = cast.belgian_colleague
    with as_person(mate):
        (row,) = selectors.listed(mate, Filters()).rows
    assert not row.is_kept
    with pytest.raises(PermissionDenied):
        steps.give_contact(cast.belgian_headquarters, made, cast.belgian_head)
    steps.give_contact(mate, made, mate)
    assert now(made).keeper_id == mate.pk
    assert not Alert.objects.exists()
    with as_person(mate):
        (row,) = selectors.listed(mate, Filters()).rows
    assert row.is_kept


def test_what_somebody_kept_for_himself_is_given_by_a_coordinator(cast: Cast) -> None:
    made = steps.add_contact(cast.belgian_officer, cast.desks["BOG"], visibility="mine")
    leaves(cast.belgian_officer)
    assert seen(cast.belgian_colleague) == seen(cast.belgian_officer) == set()
    steps.give_contact(cast.belgian_coordinator, made, cast.belgian_colleague)
    assert seen(cast.belgian_colleague) == {made.name}


def test_all_that_one_keeps_at_a_desk_goes_at_once_and_is_one_alert(cast: Cast) -> None:
    me, mate = cast.belgian_officer, cast.belgian_colleague
    for sight in ("mine", "team", "desk"):
        steps.add_contact(me, cast.desks["BOG"], visibility=sight)
    gone = steps.retire_contact(me, steps.add_contact(me, cast.desks["BOG"]))
    steps.add_contact(mate, cast.desks["BOG"])
    with as_person(me):
        count = contacts.hand_over_all(desk=cast.desks["BOG"], to=mate.person_ptr, by=me)
    assert count == 3
    keepers = Contact.objects.filter(current=True).exclude(pk=gone.pk)
    assert set(keepers.values_list("keeper", flat=True)) == {mate.pk}
    assert now(gone).keeper_id == me.pk
    alert = Alert.objects.get()
    assert (alert.facts, alert.path) == ({"number": 3}, "/contacts/")
    assert LogRow.objects.filter(action="contact.handed_over").count() == 3
    with as_person(me):
        assert contacts.hand_over_all(desk=cast.desks["BSB"], to=mate.person_ptr, by=me) == 0


# Looking --------------------------------------------------------------------------------------


def test_a_look_at_what_somebody_keeps_for_himself_is_logged(cast: Cast, client_of: Any) -> None:
    mine, team = (
        ContactFactory(keeper=cast.belgian_officer, visibility=each) for each in ("mine", "team")
    )
    for contact in (mine, team):
        for person in (cast.belgian_officer, cast.belgian_coordinator):
            client_of(person).get(f"/contacts/{contact.pk}/")
    row = logged("contact.viewed")
    assert (row.actor, row.chain, row.target_id) == (cast.belgian_coordinator.pk, "BE", mine.pk)


def names(person: User, **asked: str) -> list[str]:
    """What the list shows."""
    with as_person(person):
        return [row.label for row in selectors.listed(person, Filters(**asked)).rows]


def test_a_list_of_a_coordinator_holds_back_what_others_keep_for_themselves(cast: Cast) -> None:
    ContactFactory(keeper=cast.belgian_officer, name="Zeta", visibility="mine", kind="partner")
    ContactFactory(keeper=cast.belgian_officer, name="Beta")
    coordinator, held = cast.belgian_coordinator, "held back: opening it is logged"
    assert names(coordinator) == [held, "Beta"]  # by the keeper: A. Voorbeeld
    assert names(coordinator, q="Zeta") == names(coordinator, kind="partner") == []
    assert names(cast.belgian_officer) == ["Beta", "Zeta"]
    assert names(cast.belgian_officer, q="zeta") == ["Zeta"]


def test_contacts_are_found_by_words_by_numbers_and_by_filters(cast: Cast) -> None:
    me = cast.belgian_officer
    said = {"authority": "Fiscalía", "function": "enlace", "email": "a@b.example"}
    ContactFactory(keeper=me, name="Alfa", kind="judiciary", phones=["+576015550101"],
                   note="Tuesdays", **said)  # fmt: skip
    ContactFactory(keeper=cast.dutch_officer, name="Bravo", visibility="desk")
    ContactFactory(keeper=cast.belgian_elsewhere, name="Charlie", desk="BSB", host_country="BR")
    for words in ("alf", "fiscal", "ENLACE", "a@b.ex", "tuesd", "601 555 01 01", "+57 6015550101"):
        assert names(me, q=words) == ["Alfa"], words
    assert names(me, q="100%") == []
    assert names(me, kind="judiciary") == names(me, kept="me") == ["Alfa"]
    assert names(cast.belgian_headquarters) == ["Alfa", "Charlie"]
    assert names(cast.belgian_headquarters, desk="BSB") == ["Charlie"]
    assert names(me, desk="BSB") == []


def test_a_long_list_is_read_page_by_page_there_and_back(cast: Cast) -> None:
    me = cast.belgian_officer
    for number in range(60):
        ContactFactory(keeper=me, name=f"{'Contact' if number % 2 else 'contact'} {number:02}")
    ContactFactory(keeper=cast.dutch_officer, name="Contact 30")
    with as_person(me):
        first = selectors.listed(me, Filters())
        second = selectors.listed(me, Filters(), after=first.after)
        third = selectors.listed(me, Filters(), after=second.after)
        back = selectors.listed(me, Filters(), before=third.before)
        hidden = Contact.objects.filter(keeper=cast.dutch_officer.pk).first()
    assert [len(each.rows) for each in (first, second, third)] == [26, 26, 8]
    labels = [row.label for page in (first, second, third) for row in page.rows]
    assert labels == sorted(labels, key=str.casefold)
    assert len(set(labels)) == 60
    assert (first.before, third.after, first.count) == (None, None, "60 contacts")
    assert [row.key for row in back.rows] == [row.key for row in second.rows]
    assert hidden is None


def test_a_place_out_of_sight_is_no_place(cast: Cast) -> None:
    me = cast.belgian_officer
    ContactFactory(keeper=me)
    hidden = ContactFactory(keeper=cast.dutch_officer, name="A")
    with as_person(me):
        for beside in ({"after": hidden.pk}, {"before": hidden.pk}):
            assert selectors.listed(me, Filters(), **beside) == selectors.NOTHING


def test_the_composer_is_offered_authorities_of_the_desk_that_the_writer_knows(cast: Cast) -> None:
    me, bogota = cast.belgian_officer, cast.desks["BOG"].pk
    ContactFactory(keeper=me, authority="Aduana")
    ContactFactory(keeper=me, authority="Aduana")
    ContactFactory(keeper=me, authority="Fiscalía", visibility="mine")
    ContactFactory(keeper=cast.dutch_officer, authority="Hidden")
    ContactFactory(keeper=cast.dutch_officer, authority="Policía", visibility="desk")
    newer(ContactFactory(keeper=me, authority="Gone"), act="retired", reason="x")
    for person, offered in ((me, ["Aduana", "Fiscalía", "Policía"]),
                            (cast.belgian_colleague, ["Aduana", "Policía"]),
                            (cast.belgian_coordinator, ["Aduana"])):  # fmt: skip
        with as_person(person):
            assert selectors.authorities(person, bogota) == offered
            assert selectors.authorities(person, cast.desks["BSB"].pk) == []
