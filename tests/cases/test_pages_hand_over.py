"""The hand-over page: to whom, the note, the access, and the offer it makes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Absence, User
from cases import codes
from cases.models import Dossier, Handover
from tests import steps
from tests.browsers import HouseClient
from tests.factories import (
    Cast,
    ClockFactory,
    DossierFactory,
    EntryFactory,
    MandateFactory,
    Part,
    TaskFactory,
    add_person,
    grant,
)
from tests.pages import CHECKED, filled, queries_of, text_of

pytestmark = pytest.mark.django_db
Browse = Callable[..., HouseClient]
PARTS = ("state", "promises", "deadline", "contacts", "risks")
READ = {f"read_{part}": "on" for part in PARTS} | CHECKED
WRITTEN = {"note_promises": "none", "note_risks": "none"}


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles."""
    return DossierFactory(
        handler=cast.belgian_officer, handling_codes=["H2"], requesting_authority="Antwerp"
    )


def page(dossier: Dossier) -> str:
    """The address of the page."""
    return f"/d/{dossier.reference}/hand-over"


def p(user: User) -> str:
    """What the form calls a person."""
    return f"p:{user.public_id}"


def hand_over(client: HouseClient, dossier: Dossier, **values: Any) -> Any:
    """Fill the page in and send it."""
    return client.post(page(dossier), filled(client.get(page(dossier)), **values))


# To whom ----------------------------------------------------------------------------------


def receivers(client: HouseClient, dossier: Dossier) -> dict[str, Any]:
    """The lines of "To whom" by name."""
    return {row.name: row for row in client.get(page(dossier)).context["receivers"]}


def test_own_people_show_load_and_absence(cast: Cast, client_of: Browse, dossier: Dossier) -> None:
    DossierFactory(handler=cast.belgian_colleague, due_at=timezone.now() - timedelta(days=1))
    away = timezone.localdate()
    Absence.objects.create(
        person=cast.belgian_colleague.person_ptr, starts_on=away, ends_on=away + timedelta(days=9)
    )
    row = receivers(client_of(cast.belgian_officer), dossier)["B. Exemple"]
    assert (row.load, row.late, row.certificate, row.needs) == (1, 1, "own country", "nothing")
    assert " to " in row.absent


def test_of_the_other_country_only_presence_and_certificate_show(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    DossierFactory(owner="NL", handler=cast.dutch_officer)
    away = timezone.localdate()
    Absence.objects.create(
        person=cast.dutch_colleague.person_ptr, starts_on=away, ends_on=away + timedelta(days=9)
    )
    rows = receivers(client_of(cast.belgian_officer), dossier)
    officer, colleague, team = rows["J. Modaal"], rows["L. Jansen"], rows["Team NL"]
    assert (officer.load, officer.late, team.load) == (None, None, None)
    assert (officer.absent, colleague.absent) == ("present", "absent")
    assert (officer.certificate, officer.needs) == ("valid", "mandate of CGI")


def test_who_cannot_stands_apart_with_the_reason(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    cannot = client_of(cast.belgian_officer).get(page(dossier)).context["cannot"]
    assert {row.name: row.reason for row in cannot} == {
        "A. Voorbeeld": "Handles the dossier already.",
        "K. Doorsnee": "No valid certificate for the rules of BE.",
        "M. Proef": "No valid certificate for the rules of BE.",
    }


def test_a_standing_mandate_is_named_as_covering(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    standing = MandateFactory(owner="BE", desk="BOG", receiver=cast.team("NL"))
    rows = receivers(client_of(cast.belgian_officer), dossier)
    assert rows["J. Modaal"].needs == f"nothing: {standing.number} covers it"
    assert not rows["Team NL"].crosses


def test_a_confined_dossier_is_offered_to_no_team(cast: Cast, client_of: Browse) -> None:
    confined = DossierFactory(handler=cast.belgian_officer, confined=True)
    assert not {"Team BE", "Team NL"} & receivers(client_of(cast.belgian_officer), confined).keys()


def test_more_people_cost_no_more_queries(cast: Cast, client_of: Browse, dossier: Dossier) -> None:
    client = client_of(cast.belgian_officer)
    few = queries_of(client, page(dossier))
    for number in range(5):
        add_person(cast, f"more_be_{number}", Part("BE", "officer", f"X{number}", "BOG"))
        add_person(cast, f"more_nl_{number}", Part("NL", "officer", f"Y{number}", "BOG"))
    assert queries_of(client, page(dossier)) == few


# The note ---------------------------------------------------------------------------------


def test_the_note_is_drafted_from_the_dossier(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    EntryFactory(dossier=dossier, text="The seal differs.")
    parts = {
        part.label: part
        for part in client_of(cast.belgian_officer).get(page(dossier)).context["parts"]
    }
    assert "The seal differs." in parts["Where it stands"].text.value()
    assert parts["Where it stands"].source == "from 1 entry"
    assert parts["Promises made"].text.value() == ""
    assert "Asked by: Antwerp." in parts["Contacts"].text.value()
    assert "H2: nothing is passed on" in parts["Risks"].text.value()


def test_every_part_is_written_and_read(cast: Cast, client_of: Browse, dossier: Dossier) -> None:
    answer = hand_over(
        client_of(cast.belgian_officer), dossier, to=p(cast.belgian_colleague), read_state="on"
    )
    errors = answer.context["form"].errors
    left = {f"left_{each.value}" for each in codes.checks(dossier.kind)}
    assert set(errors) == {"note_promises", *(f"read_{part}" for part in PARTS[1:]), *left}
    assert answer.context["missing"] == "4 of 5 parts still to read."
    assert not Handover.objects.exists()


def drafted(client: HouseClient, dossier: Dossier) -> dict[str, str]:
    """The drafted parts of the note by name."""
    parts = client.get(page(dossier)).context["parts"]
    return {part.label: part.text.value() for part in parts}


def test_the_draft_holds_what_was_said_since_it_last_changed_hands(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    EntryFactory(dossier=dossier, text="Long ago.", recorded_at=steps.in_(hours=-9))
    steps.reassign(cast.belgian_head, dossier, cast.belgian_colleague)
    steps.write(
        cast.belgian_colleague, dossier, kind="incoming_message", text="They found it.",
        direction="in", counterpart="Port of Turbo", counterpart_person="Capt. R. Ejemplo",
        channel="email", channel_reason="third", handling_codes=["H1"],
    )  # fmt: skip
    client = client_of(cast.belgian_colleague)
    parts = drafted(client, dossier)
    assert "Incoming message, Port of Turbo: They found it. (H1)" in parts["Where it stands"]
    assert "Long ago." not in parts["Where it stands"]
    assert "In touch with: Port of Turbo (Capt. R. Ejemplo)." in parts["Contacts"]
    (state, *_others) = client.get(page(dossier)).context["parts"]
    assert state.source == "from 1 entry since the last handover"


def test_the_draft_quotes_the_last_wording_only(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    first = steps.add_note(cast.belgian_officer, dossier, "The first wording.")
    steps.correct(cast.belgian_officer, first, text="The second wording.")
    state = drafted(client_of(cast.belgian_officer), dossier)["Where it stands"]
    assert "The second wording." in state
    assert "The first wording." not in state


def test_the_draft_holds_what_is_not_answered_what_is_to_do_and_what_is_late(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    now = timezone.now()
    ClockFactory(
        dossier=dossier, kind="host_authority", rule="", term_at=now - timedelta(hours=1),
        starts_at=now - timedelta(days=3), text="The names",
    )  # fmt: skip
    TaskFactory(dossier=dossier, title="Ring back", assignee=cast.belgian_colleague)
    TaskFactory(
        dossier=dossier, title="Done long ago", state="done",
        finished_by=cast.belgian_officer.person_ptr, finished_at=now,
    )  # fmt: skip
    Dossier.objects.filter(pk=dossier.pk).update(use_restriction="For this case only.")
    parts = drafted(client_of(cast.belgian_officer), dossier)
    promises = parts["Promises made"]
    assert "Not answered yet: Answer of the host authority (The names), due " in promises
    assert "To do: Ring back, B. Exemple (BE), due " in promises
    assert "Done long ago" not in promises
    assert "Overdue: Answer of the host authority (The names)." in parts["Risks"]
    assert "Use restriction: For this case only." in parts["Risks"]


# The checklist ----------------------------------------------------------------------------


def test_each_kind_of_dossier_has_its_questions(cast: Cast, client_of: Browse) -> None:
    client = client_of(cast.belgian_officer)
    for kind, own in (("fugitive", {"warrant", "hearing", "notice"}), ("strategic", set())):
        dossier = DossierFactory(handler=cast.belgian_officer, kind=kind)
        asked = {each.tick.name for each in client.get(page(dossier)).context["checks"]}
        of_all = {each.value for each in codes.CHECKS_OF_ALL}
        assert asked == {f"check_{each}" for each in own | of_all}


def test_a_question_is_ticked_or_answered_with_a_word_and_frozen(
    cast: Cast, client_of: Browse
) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer, kind="fugitive")
    client, to = client_of(cast.belgian_officer), p(cast.belgian_colleague)
    values = {"to": to, **READ, **WRITTEN, "check_hearing": None}
    again = hand_over(client, dossier, **values)
    assert again.context["form"].errors == {"left_hearing": ["Tick it, or say in a word why not."]}
    assert not Handover.objects.exists()
    made = hand_over(client, dossier, **values, left_hearing="No date yet.")
    assert made.status_code == 302
    offer = Handover.objects.get()
    assert offer.checklist["hearing"] == "No date yet."
    assert offer.checklist["warrant"] == ""
    shown = client_of(cast.belgian_colleague).get(f"/handovers/{offer.pk}/")
    answers = {fact.label: fact.value for fact in shown.context["checklist"]}
    assert answers["Is the date of the hearing or the surrender told?"] == "No date yet."
    assert answers["Is the warrant still in force?"] == "yes"
    assert len(answers) == len(codes.checks("fugitive"))


def test_what_was_ticked_is_there_when_the_page_is_shown_again(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_officer)
    values = filled(client.get(page(dossier)), check_asker="on", left_contacts="Not yet.")
    shown = client.post(page(dossier), values | {"show": "1"})
    boxes = {each.tick.name: (each.tick.value(), each.word.value())
             for each in shown.context["checks"]}  # fmt: skip
    assert boxes["check_asker"][0]
    assert boxes["check_contacts"] == (None, "Not yet.")


# The access -------------------------------------------------------------------------------


def diff(client: HouseClient, dossier: Dossier, **values: str) -> list[tuple[str, ...]]:
    """The access diff after choosing somebody."""
    response = client.get(page(dossier), values)
    return [(row.change, row.who, row.now, row.then) for row in response.context["diff"]]


def test_choosing_a_colleague_shows_who_gains_and_loses(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    rows = diff(client_of(cast.belgian_officer), dossier, to=p(cast.belgian_colleague))
    assert rows == [
        ("gains", "B. Exemple (BE)", "contribute", "handle"),
        ("loses", "A. Voorbeeld (BE)", "handle", "contribute"),
        ("same", "Team BE, Bogotá", "contribute", "contribute"),
        ("same", "Team NL, Bogotá", "none", "none"),
        ("same", "CGI, Brussels", "contribute, oversee", "contribute, oversee"),
    ]


def test_a_handler_of_another_country_loses_all_but_what_is_kept(
    cast: Cast, client_of: Browse
) -> None:
    dossier = DossierFactory(handler=None)
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer)
    grant(dossier, cast.dutch_officer, "handle", mandate)
    Dossier.objects.filter(pk=dossier.pk).update(handler=cast.dutch_officer.pk)
    client, to = client_of(cast.dutch_officer), p(cast.belgian_colleague)
    assert diff(client, dossier, to=to)[1] == ("loses", "J. Modaal (NL)", "handle", "none")
    kept = {"giver_keeps": "view", "giver_keeps_until": "2099-01-01T00:00"}
    assert diff(client, dossier, to=to, **kept)[1] == ("loses", "J. Modaal (NL)", "handle", "view")


def test_across_the_border_the_code_is_noted(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_officer)
    response = client.get(page(dossier), {"to": p(cast.dutch_officer)})
    notes = [row for row in response.context["diff"] if row.change == "note"]
    assert [row.who for row in notes] == ["H2"]
    assert response.context["crosses"]
    assert "it waits for the mandate of CGI" in response.context["what_happens"]


def test_the_diff_agrees_with_what_acceptance_does(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_officer)
    promised = {who: then for _c, who, _now, then in diff(client, dossier, to=p(cast.belgian_head))}
    handover = steps.offer(cast.belgian_officer, dossier, cast.belgian_head.person_ptr)
    steps.accept(cast.belgian_head, handover)
    shown = client_of(cast.belgian_head).get(f"/d/{dossier.reference}/").context["access"]
    held = {line.who: line.level for line in shown}
    assert held["C. Beispiel (BE)"] == promised["C. Beispiel (BE)"] == "handle"
    assert "A. Voorbeeld (BE)" not in held  # through the team: contribute, as promised
    assert promised["A. Voorbeeld (BE)"] == held["Team BE, Bogotá"] == "contribute"


def test_showing_what_changes_offers_nothing_and_keeps_what_was_typed(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_officer)
    values = filled(client.get(page(dossier)), to=p(cast.dutch_officer), note_promises="A call.")
    response = client.post(page(dossier), values | {"show": "1"})
    assert not Handover.objects.exists()
    assert response.context["form"].errors == {}
    assert "A call." in response.content.decode()
    part = client.post(page(dossier), values | {"show": "1"}, headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<div id="access"')
    assert "A call." not in part.content.decode()


# The offer --------------------------------------------------------------------------------


def test_an_offer_to_a_colleague_goes_out_at_once(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    answer = hand_over(
        client_of(cast.belgian_officer), dossier, to=p(cast.belgian_colleague), **READ, **WRITTEN
    )
    handover = Handover.objects.get(dossier=dossier)
    assert answer.headers["Location"] == f"/handovers/{handover.pk}/"
    assert (handover.state, handover.to_person_id) == ("offered", cast.belgian_colleague.pk)
    assert (handover.mandate, handover.giver_keeps) == (None, "none")


def test_an_offer_across_the_border_asks_for_the_mandate(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    hand_over(
        client_of(cast.belgian_officer),
        dossier,
        to=p(cast.dutch_officer),
        mandate_purpose="Stand in",
        mandate_conditions="H2 holds",
        **READ,
        **WRITTEN,
    )
    handover = Handover.objects.get(dossier=dossier)
    assert handover.state == "awaiting_mandate"
    assert handover.mandate is not None
    assert (handover.mandate.purpose_text, handover.mandate.conditions) == ("Stand in", "H2 holds")
    assert (handover.mandate.level, handover.mandate.purpose) == ("handle", dossier.purpose)


def test_a_mandate_must_have_an_end_to_come(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_officer)
    values = {"to": p(cast.dutch_officer), **READ, **WRITTEN}
    for end in ("", "2020-01-01T00:00"):
        answer = hand_over(client, dossier, **values, mandate_ends_at=end)
        assert list(answer.context["form"].errors) == ["mandate_ends_at"]
    assert not Handover.objects.exists()


def test_a_team_can_be_offered_it(cast: Cast, client_of: Browse, dossier: Dossier) -> None:
    hand_over(client_of(cast.belgian_officer), dossier, to="t:BE", **READ, **WRITTEN)
    assert Handover.objects.get(dossier=dossier).to_group_id == cast.team("BE").pk


@pytest.mark.parametrize("person", ["dutch_uncertified", "belgian_elsewhere", "belgian_officer"])
def test_who_cannot_cannot_be_chosen_by_hand_either(
    cast: Cast, client_of: Browse, dossier: Dossier, person: str
) -> None:
    answer = hand_over(
        client_of(cast.belgian_officer), dossier, to=p(getattr(cast, person)), **READ, **WRITTEN
    )
    assert list(answer.context["form"].errors) == ["to"]
    assert not Handover.objects.exists()


def test_what_is_kept_has_an_end(cast: Cast, client_of: Browse, dossier: Dossier) -> None:
    client = client_of(cast.belgian_officer)
    values = {"to": p(cast.belgian_colleague), "giver_keeps": "view", **READ, **WRITTEN}
    answer = hand_over(client, dossier, **values)
    assert list(answer.context["form"].errors) == ["giver_keeps_until"]
    hand_over(client, dossier, **values, giver_keeps_until="2099-01-01T00:00")
    assert Handover.objects.get(dossier=dossier).giver_keeps == "view"


def test_a_return_goes_to_the_owner_country(cast: Cast, client_of: Browse) -> None:
    dossier = DossierFactory(handler=None)
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer)
    grant(dossier, cast.dutch_officer, "handle", mandate)
    Dossier.objects.filter(pk=dossier.pk).update(handler=cast.dutch_officer.pk)
    client = client_of(cast.dutch_officer)
    away = hand_over(client, dossier, kind="return", to=p(cast.dutch_colleague), **READ, **WRITTEN)
    assert "to" in away.context["form"].errors
    hand_over(client, dossier, kind="return", to="t:BE", **READ, **WRITTEN)
    assert Handover.objects.get(dossier=dossier).kind == "return"


def test_headquarters_offers_for_the_desk(cast: Cast, client_of: Browse) -> None:
    queue = DossierFactory(handler=None)
    client = client_of(cast.belgian_coordinator)
    form = client.get(page(queue)).context["form"]
    assert "giver_keeps" not in form.fields
    hand_over(client, queue, to=p(cast.belgian_officer), **READ, **WRITTEN)
    assert Handover.objects.get(dossier=queue).giver_id == cast.belgian_coordinator.pk


def test_the_page_tells_nothing_of_the_load_in_titles(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    DossierFactory(owner="NL", handler=cast.dutch_officer, title="Only for NL")
    assert "Only for NL" not in text_of(client_of(cast.belgian_officer).get(page(dossier)))
