"""Every list asks the same number of queries for two rows and for fifty."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Absence, User
from cases.models import Dossier, Party, StandIn
from cases.states import Step
from lodesk.alerts.models import Delivery
from tests import steps
from tests.browsers import HouseClient
from tests.factories import (
    AlertFactory,
    Cast,
    ClockFactory,
    ConnectionFactory,
    ContactFactory,
    DocumentFactory,
    DossierFactory,
    EntryFactory,
    IntervalFactory,
    LinkFactory,
    PartyFactory,
    SavedViewFactory,
    StandInFactory,
    TaskFactory,
    TemplateFactory,
    add_version,
    newer,
    on_duty,
    project_of,
    rotation_of,
)
from tests.pages import queries_of
from tests.steps import in_

ClientOf = Callable[[User | None], HouseClient]


@pytest.mark.parametrize(
    "path",
    ["/", "/dossiers/", "/dossiers/?kind=incoming_request&urgency=normal&due=undated",
     "/dossiers/?q=container&kind=incoming_request", "/search?q=container", "/handovers/"],
)  # fmt: skip
def test_a_list_of_dossiers_asks_the_same_for_two_and_for_fifty(
    path: str, cast: Cast, client_of: ClientOf
) -> None:
    client = client_of(cast.belgian_officer)
    _dossiers(cast, 2)
    few = queries_of(client, path)
    _dossiers(cast, 48)
    assert queries_of(client, path) == few


def test_the_queue_asks_the_same_for_two_and_for_twenty(cast: Cast, client_of: ClientOf) -> None:
    client, path = client_of(cast.belgian_officer), "/dossiers/?handler=nobody"
    DossierFactory.create_batch(2)
    few = queries_of(client, path)
    DossierFactory.create_batch(18)
    assert queries_of(client, path) == few


def test_a_list_of_offers_asks_the_same_for_two_and_for_twenty(
    cast: Cast, client_of: ClientOf
) -> None:
    client = client_of(cast.belgian_colleague)
    _offers(cast, 2)
    few = {path: queries_of(client, path) for path in ("/", "/handovers/", "/alerts/")}
    _offers(cast, 18)
    assert {path: queries_of(client, path) for path in few} == few


def test_the_duty_roster_asks_the_same_for_two_turns_and_for_fifty(
    cast: Cast, client_of: ClientOf
) -> None:
    client = client_of(cast.belgian_head)
    people = (cast.belgian_officer, cast.belgian_colleague)
    counts = []
    for more in (1, 24):
        for person in people * more:
            on_duty(cast, person, "BOG")
        counts.append(queries_of(client, "/duty/"))
    assert counts[0] == counts[1]


def test_a_list_of_mandates_to_decide_asks_the_same_for_two_and_for_twenty(
    cast: Cast, client_of: ClientOf
) -> None:
    client = client_of(cast.belgian_coordinator)
    _asked(cast, 2)
    few = {path: queries_of(client, path) for path in ("/", "/handovers/")}
    _asked(cast, 18)
    assert {path: queries_of(client, path) for path in few} == few


def test_a_timeline_asks_the_same_for_two_entries_and_for_fifty(
    cast: Cast, client_of: ClientOf
) -> None:
    client = client_of(cast.belgian_officer)
    dossier = DossierFactory(owner="BE", handler=cast.belgian_officer)
    path = f"/d/{dossier.reference}/"
    EntryFactory.create_batch(2, dossier=dossier)
    few = queries_of(client, path)
    EntryFactory.create_batch(48, dossier=dossier)
    assert queries_of(client, path) == few


def test_people_and_objects_ask_the_same_for_two_and_for_fifty(
    cast: Cast, client_of: ClientOf
) -> None:
    client = client_of(cast.belgian_officer)
    dossier = DossierFactory(owner="BE", handler=cast.belgian_officer)
    twin = DossierFactory(owner="BE", handler=cast.belgian_officer)
    one = _parties(dossier, twin, range(2))
    page = f"/d/{dossier.reference}/"
    paths = (page, f"{page}parties/", f"{page}parties/{one.pk}/", "/known?name=Exporter",
             "/search?q=Exporter")  # fmt: skip
    few = {path: queries_of(client, path) for path in paths}
    _parties(dossier, twin, range(2, 50), one)
    assert {path: queries_of(client, path) for path in paths} == few


def test_a_pasted_list_asks_the_same_for_two_lines_and_for_fifty(
    cast: Cast, client_of: ClientOf
) -> None:
    client = client_of(cast.belgian_officer)
    dossier = DossierFactory(owner="BE", handler=cast.belgian_officer)
    _parties(dossier, DossierFactory(handler=cast.belgian_officer), range(50))
    asked = [_list_asks(client, dossier.reference, lines) for lines in (2, 50)]
    assert asked[0] == asked[1]


def test_versions_of_a_party_ask_the_same_for_two_and_for_twenty(
    cast: Cast, client_of: ClientOf
) -> None:
    client = client_of(cast.belgian_officer)
    dossier = DossierFactory(owner="BE", handler=cast.belgian_officer)
    first = last = PartyFactory(dossier=dossier, numbers=["CSQU 305438 3"])
    counts = []
    for more in (1, 18):
        for _version in range(more):
            last = PartyFactory(dossier=dossier, name="X", replaces=last, reason="x",
                                numbers=["CSQU 305438 3"])  # fmt: skip
        counts.append(queries_of(client, f"/d/{dossier.reference}/parties/{first.pk}/"))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("page", ["", "documents"])
def test_a_list_of_documents_asks_the_same_for_two_and_for_fifty(
    page: str, cast: Cast, client_of: ClientOf
) -> None:
    client = client_of(cast.belgian_officer)
    dossier = DossierFactory(owner="BE", handler=cast.belgian_officer)
    path = f"/d/{dossier.reference}/{page}"
    _documents(dossier, 2)
    few = queries_of(client, path)
    _documents(dossier, 48)
    assert queries_of(client, path) == few


def test_the_page_of_a_document_asks_the_same_for_two_versions_and_for_fifty(
    cast: Cast, client_of: ClientOf
) -> None:
    client = client_of(cast.belgian_officer)
    document = DocumentFactory(dossier=DossierFactory(handler=cast.belgian_officer))
    path = f"/documents/{document.pk}/"
    add_version(document, b"Second.")
    few = queries_of(client, path)
    for number in range(48):
        add_version(document, b"%d" % number)
    assert queries_of(client, path) == few


def test_deadlines_ask_the_same_for_two_clocks_and_for_twenty(
    cast: Cast, client_of: ClientOf
) -> None:
    client = client_of(cast.belgian_officer)
    dossier = DossierFactory(owner="BE", handler=cast.belgian_officer)
    paths = (f"/d/{dossier.reference}/deadlines", f"/d/{dossier.reference}/")
    IntervalFactory(clock=ClockFactory(dossier=dossier, rule="8h"))
    _clocks(dossier, 1)
    few = {path: queries_of(client, path) for path in paths}
    _clocks(dossier, 18)
    assert {path: queries_of(client, path) for path in few} == few


def _clocks(dossier: Dossier, count: int) -> None:
    ClockFactory.create_batch(count, dossier=dossier, kind="confirmation", rule="24h")
    done = {"settled_at": timezone.now(), "settled_as": "done"}
    ClockFactory.create_batch(count, dossier=dossier, kind="confirmation", rule="24h", **done)


def test_the_log_asks_the_same_for_two_rows_and_for_fifty(cast: Cast, client_of: ClientOf) -> None:
    officer, auditor = client_of(cast.belgian_officer), client_of(cast.belgian_auditor)
    dossier = DossierFactory(owner="BE", handler=cast.belgian_officer)
    officer.get(f"/d/{dossier.reference}/")
    few = queries_of(auditor, "/log/")
    for _visit in range(20):
        officer.get(f"/d/{dossier.reference}/")
    assert queries_of(auditor, "/log/") == few


def test_tasks_ask_the_same_for_two_and_for_twenty(cast: Cast, client_of: ClientOf) -> None:
    client = client_of(cast.belgian_officer)
    dossier = DossierFactory(owner="BE", handler=cast.belgian_officer)
    paths = ("/", f"/d/{dossier.reference}/")
    _tasks(cast, dossier, 2)
    few = {path: queries_of(client, path) for path in paths}
    _tasks(cast, dossier, 18)
    assert {path: queries_of(client, path) for path in paths} == few


def test_links_ask_the_same_for_two_and_for_twenty(cast: Cast, client_of: ClientOf) -> None:
    client = client_of(cast.belgian_officer)
    dossier = DossierFactory(owner="BE", handler=cast.belgian_officer)
    paths = (f"/d/{dossier.reference}/", f"/d/{dossier.reference}/links/")
    _links(cast, dossier, 2)
    few = {path: queries_of(client, path) for path in paths}
    _links(cast, dossier, 18)
    assert {path: queries_of(client, path) for path in paths} == few


def test_projects_ask_the_same_for_two_and_for_twenty(cast: Cast, client_of: ClientOf) -> None:
    client = client_of(cast.belgian_officer)
    dossiers = DossierFactory.create_batch(2, owner="BE", handler=cast.belgian_officer)
    people = [cast.belgian_officer, cast.dutch_officer]
    one = project_of(cast.belgian_head, *people, dossiers=dossiers)
    two = project_of(cast.belgian_head, *people, dossiers=dossiers)
    here = f"/d/{dossiers[0].reference}/"
    few = {path: queries_of(client, path) for path in ("/projects/", here, f"/projects/{one.pk}/")}
    more = DossierFactory.create_batch(18, owner="BE", handler=cast.belgian_officer)
    crowd = [cast.dutch_head, cast.belgian_colleague, cast.luxembourg_headquarters]
    for _project in range(18):
        large = project_of(cast.belgian_head, *people, *crowd, dossiers=[*dossiers, *more])
    few[f"/projects/{large.pk}/"] = few[f"/projects/{one.pk}/"]
    assert {path: queries_of(client, path) for path in few} == few
    assert two.pk != one.pk


def test_templates_ask_the_same_for_two_and_for_twenty(cast: Cast, client_of: ClientOf) -> None:
    client = client_of(cast.belgian_coordinator)
    TemplateFactory.create_batch(2)
    few = {path: queries_of(client, path) for path in ("/templates/", "/dossiers/new")}
    TemplateFactory.create_batch(18)
    assert {path: queries_of(client, path) for path in few} == few


def test_saved_views_ask_the_same_for_two_and_for_twenty(cast: Cast, client_of: ClientOf) -> None:
    client = client_of(cast.belgian_officer)
    SavedViewFactory.create_batch(2, person=cast.belgian_officer)
    few = {path: queries_of(client, path) for path in ("/views/", "/dossiers/")}
    SavedViewFactory.create_batch(18, person=cast.belgian_officer)
    assert {path: queries_of(client, path) for path in few} == few


def test_who_was_told_asks_the_same_for_two_and_for_twenty(cast: Cast, client_of: ClientOf) -> None:
    dossier = DossierFactory(owner="BE", handler=cast.belgian_officer)
    people = [cast.belgian_officer, cast.belgian_colleague, cast.belgian_head]
    client = client_of(cast.belgian_headquarters)
    _alerts(dossier, people[:1], 2)
    few = queries_of(client, f"/d/{dossier.reference}/told")
    _alerts(dossier, people, 18)
    assert queries_of(client, f"/d/{dossier.reference}/told") == few


def test_mail_that_failed_asks_the_same_for_two_and_for_all(
    cast: Cast, client_of: ClientOf
) -> None:
    dossier = DossierFactory(owner="BE", handler=cast.belgian_officer)
    client = client_of(cast.belgian_administrator)
    few = [cast.belgian_officer, cast.belgian_colleague]
    _alerts(dossier, few, 2)
    failed = {"state": "failed", "failed_at": timezone.now(), "last_error": "SMTPException"}
    Delivery.objects.update(**failed)
    first = queries_of(client, "/alerts/failed")
    _alerts(dossier, [each for each in cast.people.values() if each.country == "BE"], 20)
    Delivery.objects.update(**failed)
    assert queries_of(client, "/alerts/failed") == first


def _alerts(dossier: Dossier, people: list[User], count: int) -> None:
    for number in range(count):
        AlertFactory(dossier=dossier, recipient=people[number % len(people)])


def test_rotations_ask_the_same_for_two_and_for_twenty(cast: Cast, client_of: ClientOf) -> None:
    me, you = cast.belgian_officer, cast.belgian_colleague
    mine, yours = client_of(me), client_of(you)
    asked = []
    for count in (2, 20):
        _leaves(cast, count)
        rotation = rotation_of(me, *_leaves(cast, count), to=you)
        path = f"/rotations/{rotation.pk}/"
        steps.offer_rotation(me, rotation)
        waiting = (queries_of(mine, path), queries_of(yours, path))
        steps.answer_rotation(you, rotation, Step.ACCEPT)
        listed = queries_of(mine, "/rotations/")
        steps.finish_rotation(me, rotation)
        asked.append((*waiting, listed, queries_of(mine, f"{path}certificate")))
    assert asked[0] == asked[1]


def _leaves(cast: Cast, count: int) -> list[Dossier]:
    """What the leaver handles, each with a clock and a note."""
    found = DossierFactory.create_batch(
        count, owner="BE", handler=cast.belgian_officer, due_at=in_(hours=3)
    )
    for dossier in found:
        EntryFactory(dossier=dossier)
    return found


def test_absences_and_stand_ins_ask_the_same_for_two_and_for_twenty(
    cast: Cast, client_of: ClientOf
) -> None:
    client, away, mate = client_of(cast.belgian_head), cast.belgian_officer, cast.belgian_colleague
    standin = StandInFactory(absent=away, stand_in=mate)
    _away(cast, standin, range(2))
    few = {
        path: queries_of(client, path)
        for path in ("/absences/", f"/absences/stand-ins/{standin.pk}/")
    }
    of_mate = {path: queries_of(client_of(mate), path) for path in ("/", "/dossiers/")}
    _away(cast, standin, range(2, 20))
    assert {path: queries_of(client, path) for path in few} == few
    assert {path: queries_of(client_of(mate), path) for path in of_mate} == of_mate


def _away(cast: Cast, standin: StandIn, numbers: range) -> None:
    """Each time another dossier stood in for, with a note, a later stand-in and a later absence."""
    away, mate = cast.belgian_officer, cast.belgian_colleague
    for number in numbers:
        DossierFactory(handler=away)
        begins = steps.in_(days=20 + 2 * number)
        ends = begins + timedelta(days=1)
        StandInFactory(absent=away, stand_in=mate, starts_at=begins, ends_at=ends)
        Absence.objects.create(person_id=away.pk, starts_on=begins.date(), ends_on=ends.date())
    steps.tidy_up()
    for dossier in Dossier.objects.filter(handler=away.pk):
        steps.add_note(mate, dossier)


def test_contacts_ask_the_same_for_two_and_for_fifty(cast: Cast, client_of: ClientOf) -> None:
    client = client_of(cast.belgian_officer)
    one = ContactFactory(keeper=cast.belgian_officer)
    newer(one, note="Changed.")
    ContactFactory(keeper=cast.dutch_officer, visibility="desk")
    dossier = DossierFactory(owner="BE", handler=cast.belgian_officer)
    paths = ("/contacts/", "/contacts/?q=Contact", f"/contacts/{one.pk}/", "/contacts/hand-over",
             f"/d/{dossier.reference}/")  # fmt: skip
    few = {path: queries_of(client, path) for path in paths}
    for number in range(24):
        ContactFactory(keeper=cast.belgian_colleague, authority=f"Port {number}")
        ContactFactory(keeper=cast.dutch_colleague, visibility="desk")
        newer(ContactFactory(keeper=cast.belgian_officer, authority=f"Port {number}"))
    last = one.replaced_by
    for number in range(18):
        last = newer(last, note=f"Changed {number} times.")
    assert {path: queries_of(client, path) for path in paths} == few


def _tasks(cast: Cast, dossier: Dossier, count: int) -> None:
    for number in range(count):
        other = DossierFactory(owner="BE", handler=cast.belgian_colleague)
        mine, finisher = cast.belgian_officer, cast.belgian_colleague
        TaskFactory(dossier=dossier, assignee=finisher if number % 2 else mine)
        TaskFactory(dossier=other, assignee=mine)
        done = TaskFactory(dossier=dossier, assignee=mine)
        steps.finish_task(finisher, done)


def _links(cast: Cast, dossier: Dossier, count: int) -> None:
    for far in DossierFactory.create_batch(count, owner="BE", handler=cast.belgian_officer):
        LinkFactory(source=dossier, target=far)
        steps.unlink(
            cast.belgian_officer, LinkFactory(source=far, target=dossier, kind="answer_to")
        )


def _parties(dossier: Dossier, twin: Dossier, numbers: range, one: Party | None = None) -> Party:
    """Parties with numbers that stand in the other dossier, too, each connected with the first."""
    for number in numbers:
        phones = [f"+32 2 555 10 {number:02}"]
        party = PartyFactory(dossier=dossier, name=f"Exporter {number}", numbers=phones)
        PartyFactory(dossier=twin, name=f"Exporter {number}", numbers=phones)
        if one is None:
            one = party
        else:
            ConnectionFactory(one=one, other=party)
    assert one is not None
    return one


def _list_asks(client: HouseClient, reference: str, lines: int) -> int:
    text = "\n".join(f"+32 2 555 10 {number:02}" for number in range(lines))
    with CaptureQueriesContext(connection) as asked:
        page = client.post(f"/d/{reference}/parties/", {"numbers": text})
    assert len(page.context["found"]) == lines
    return len(asked)


def _dossiers(cast: Cast, count: int) -> None:
    DossierFactory.create_batch(
        count, owner="BE", handler=cast.belgian_officer, title="Container at the port"
    )


def _documents(dossier: Dossier, count: int) -> None:
    """Documents by themselves and under entries, each with an event in the timeline."""
    for number in range(count):
        entry = EntryFactory(dossier=dossier) if number % 2 else None
        DocumentFactory(dossier=dossier, entry=entry)


def _offers(cast: Cast, count: int) -> None:
    for dossier in DossierFactory.create_batch(count, owner="BE", handler=cast.belgian_officer):
        steps.offer(cast.belgian_officer, dossier, cast.belgian_colleague)


def _asked(cast: Cast, count: int) -> None:
    for dossier in DossierFactory.create_batch(count, owner="BE", handler=cast.belgian_officer):
        steps.offer(cast.belgian_officer, dossier, cast.dutch_officer)
