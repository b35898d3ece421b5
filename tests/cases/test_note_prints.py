"""The note of a handover on paper: what is on it, who may have it, and what the log keeps."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone, translation

from accounts.models import User
from accounts.zones import zones_of
from cases.models import Dossier, Handover
from cases.selectors import note_print
from cases.selectors.export_print import Made
from cases.services import note_prints
from lodesk.audit.models import LogRow
from tests import steps
from tests.browsers import HouseClient
from tests.factories import Cast, DossierFactory, EntryFactory, as_person

pytestmark = pytest.mark.django_db
Browse = Callable[..., HouseClient]


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier with a code of its own and another in an entry."""
    made = DossierFactory(handler=cast.belgian_officer, handling_codes=["H1"], marking="BPL")
    EntryFactory(dossier=made, handling_codes=["H2"])
    return made


@pytest.fixture
def offer(cast: Cast, dossier: Dossier) -> Handover:
    """Offered to the Belgian colleague."""
    return steps.offer(cast.belgian_officer, dossier, cast.belgian_colleague.person_ptr)


def words_of(by: User, handover: Handover) -> dict[str, Any]:
    """What the print says, before it is set."""
    with as_person(by), translation.override("en"):
        return note_print.words(handover, Made(by.name, timezone.now(), zones_of(by).here))


def test_it_says_whose_it_is_whom_to_whom_and_the_five_parts(
    cast: Cast, offer: Handover, dossier: Dossier
) -> None:
    me = cast.belgian_colleague
    words = words_of(me, offer)
    assert (words["owner"], words["reference"]) == ("BE", dossier.reference)
    assert (words["codes"], words["marking"]) == ("H1 H2", "BPL")
    assert len(words["obligations"]) == 2
    facts = dict(words["facts"])
    assert (facts["From"], facts["To"]) == ("A. Voorbeeld (BE)", "B. Exemple (BE)")
    assert facts["Answer"] == "Offered"
    assert [text for _name, text in words["parts"]] == [
        offer.note_state, offer.note_promises, offer.note_deadline, offer.note_contacts,
        offer.note_risks,
    ]  # fmt: skip
    steps.accept(me, offer)
    offer.refresh_from_db()
    assert dict(words_of(me, offer)["facts"])["Answer"].startswith("Accepted, ")


def test_it_is_what_the_offer_froze(cast: Cast, offer: Handover, dossier: Dossier) -> None:
    Handover.objects.filter(pk=offer.pk).update(checklist={"asker": "", "gone": "A word."})
    offer.refresh_from_db()
    before = words_of(cast.belgian_officer, offer)
    EntryFactory(dossier=dossier, text="Written afterwards.")
    after = words_of(cast.belgian_officer, offer)
    assert (before["parts"], before["checklist"]) == (after["parts"], after["checklist"])
    assert after["checklist"] == [
        ["Does who asked know who handles it from now on?", "yes"],
        ["gone", "A word."],  # a code that was taken from the list stands for itself
    ]


def test_it_comes_as_a_file_for_archives_and_stands_in_the_log(
    cast: Cast, client_of: Browse, offer: Handover, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_colleague)
    assert client.get(f"/handovers/{offer.pk}/").context["print_url"]
    given = client.post(f"/handovers/{offer.pk}/note")
    pdf = b"".join(given.streaming_content)
    assert given.headers["Content-Disposition"] == (
        f'attachment; filename="{dossier.reference}-note.pdf"'
    )
    assert given.headers["Content-Length"] == str(len(pdf))
    assert pdf.startswith(b"%PDF-1.7")
    metadata = b"".join(re.findall(rb"<x:xmpmeta.*?</x:xmpmeta>", pdf, re.DOTALL))
    for mark in (b"pdfaid:part>2", b"pdfaid:conformance>A", b"pdfuaid:part>1"):
        assert mark in metadata
    row = LogRow.objects.get(action="handover.printed")
    assert (row.actor, row.chain, row.reference) == (
        cast.belgian_colleague.pk, "BE", dossier.reference,
    )  # fmt: skip
    assert row.facts["digest"] == hashlib.sha256(pdf).hexdigest()


def test_a_note_takes_every_script_and_no_command(cast: Cast, offer: Handover) -> None:
    nasty = '#panic("x") $x$ \\ @label <a> `raw` // 你好 😀 عربى Привет'
    Handover.objects.filter(pk=offer.pk).update(note_state=nasty, note_risks="Line.\n" * 600)
    me = cast.belgian_officer
    with as_person(me):
        offer.refresh_from_db()
        pdf = note_prints.make(handover=offer, by=me, zones=zones_of(me))
    assert pdf.startswith(b"%PDF-1.7")


def test_without_a_note_there_is_nothing_to_print(cast: Cast, client_of: Browse) -> None:
    queue, me = DossierFactory(), cast.belgian_officer
    steps.take(me, queue)
    taken = Handover.objects.get(dossier=queue)
    client = client_of(me)
    assert client.get(f"/handovers/{taken.pk}/").context["print_url"] == ""
    assert client.post(f"/handovers/{taken.pk}/note").status_code == 403
    with as_person(me), pytest.raises(PermissionDenied, match="Nothing was written"):
        note_prints.make(handover=taken, by=me, zones=zones_of(me))


def test_who_no_longer_sees_the_handover_gets_no_note(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    me = cast.dutch_officer
    offer = steps.across(cast.belgian_officer, dossier, me.person_ptr, cast.belgian_coordinator)
    client = client_of(me)
    assert client.post(f"/handovers/{offer.pk}/note").status_code == 200
    rows = LogRow.objects.filter(action="handover.printed").values_list("chain", "mandate")
    number = steps.mandate_of(offer).number
    assert set(rows) == {("BE", number), ("NL", number)}
    steps.decline(me, offer)
    assert client.post(f"/handovers/{offer.pk}/note").status_code == 404
    assert client_of(cast.dutch_colleague).post(f"/handovers/{offer.pk}/note").status_code == 404
