"""Prints and packages: who may have one for what, what is in it and never is, how it is kept."""

import hashlib
import io
import json
import re
import zipfile
import zlib
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone, translation

from accounts.models import User
from accounts.zones import zones_of
from cases.models import Document, DocumentVersion, Dossier, Export, Mandate
from cases.selectors import clocks, export_package, export_print, exports
from cases.services import export_making, keeping
from cases.services import exports as services
from cases.services.exports import NotReadyError
from lodesk.audit.models import LogRow
from lodesk.files import store
from lodesk.prints import typesetting
from tests import steps
from tests.factories import (
    Cast,
    ConnectionFactory,
    DocumentFactory,
    DossierFactory,
    EntryFactory,
    MandateFactory,
    PartyFactory,
    as_person,
    grant,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles, with something of everything in it."""
    dossier: Dossier = DossierFactory(handler=cast.belgian_officer, title="Blue container")
    EntryFactory(dossier=dossier, author=cast.belgian_officer, text="Plain words.")
    EntryFactory(dossier=dossier, text="Held by H1.", handling_codes=["H1"])
    EntryFactory(dossier=dossier, text="Held by H2.", handling_codes=["H2"])
    return dossier


def viewer_of(dossier: Dossier, person: User, level: str = "view") -> User:
    """Somebody of the other country who holds a level under a mandate."""
    mandate = MandateFactory(dossier=dossier, receiver=person, level=level)
    grant(dossier, person, level, mandate)
    return person


def made(by: User, dossier: Dossier, **asked: str) -> tuple[Export, bytes]:
    """An export asked for and made, with its file."""
    export = steps.ask_export(by, dossier, **asked)
    assert steps.make_exports() == 1
    export.refresh_from_db()
    assert export.state == "ready", export.state
    return export, steps.fetch_export(by, export)


def package(by: User, dossier: Dossier, **asked: str) -> zipfile.ZipFile:
    """A package, made and opened."""
    _export, content = made(by, dossier, **asked)
    return zipfile.ZipFile(io.BytesIO(content))


def data_of(archive: zipfile.ZipFile) -> dict[str, Any]:
    """The data of a package."""
    data: dict[str, Any] = json.loads(archive.read("dossier.json"))
    return data


def texts_of(archive: zipfile.ZipFile) -> list[str]:
    """What the entries of a package say, events left aside."""
    return [each["text"] for each in data_of(archive)["entries"] if each["kind"] != "event"]


def words_of(by: User, dossier: Dossier, *, use: str = "work") -> dict[str, Any]:
    """What a print says, before it is set."""
    with as_person(by), translation.override("en"):
        export = Export(form="print", use=use, dossier=dossier, language="en")
        found, zones = exports.contents(dossier, use=use, consent=""), zones_of(by)
        made_by = export_print.Made(by.name, timezone.now(), zones.here)
        return export_print.words(found, export, made_by, clocks.all_told(dossier, zones))


# What is in it ----------------------------------------------------------------------------


def test_a_package_holds_the_print_the_data_and_the_documents_each_with_its_digest(
    cast: Cast, dossier: Dossier
) -> None:
    steps.add_documents(cast.belgian_officer, dossier, "Bill of lading", "Bill of lading")
    export, content = made(cast.belgian_officer, dossier)
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    names = archive.namelist()
    assert names == [
        "manifest.json", "dossier.pdf", "dossier.json",
        "documents/001-Bill-of-lading-v1.txt", "documents/002-Bill-of-lading-v1.txt",
    ]  # fmt: skip
    manifest = json.loads(archive.read("manifest.json"))
    listed = {each["path"]: each for each in manifest["files"]}
    assert set(listed) == set(names) - {"manifest.json"}
    for path, about in listed.items():
        read = archive.read(path)
        assert (len(read), hashlib.sha256(read).hexdigest()) == (about["size"], about["sha256"])
    assert (export.size, export.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    said = {key: manifest[key] for key in ("format", "reference", "owner", "use", "made_by")}
    assert said == {
        "format": "lodesk-dossier/1", "reference": dossier.reference, "owner": "BE",
        "use": "work", "made_by": cast.belgian_officer.name,
    }  # fmt: skip


def test_the_data_hold_every_version_translation_party_and_connection(
    cast: Cast, dossier: Dossier
) -> None:
    me = cast.belgian_officer
    entry = steps.add_note(me, dossier, "First wording.")
    second = steps.correct(me, entry, text="Second wording.")
    steps.translate(me, second, text="Deuxième version.")
    ship = PartyFactory(dossier=dossier, kind="item", name="MV Voorbeeld")
    man = PartyFactory(dossier=dossier, kind="person", role="witness", name="A. Persona")
    ConnectionFactory(dossier=dossier, one=man, other=ship, kind="owner")
    data = data_of(package(me, dossier))
    (corrected,) = [each for each in data["entries"] if each["text"] == "Second wording."]
    assert [each["text"] for each in corrected["earlier_versions"]] == ["First wording."]
    assert [each["text"] for each in corrected["translations"]] == ["Deuxième version."]
    assert "First wording." not in [each["text"] for each in data["entries"]]
    assert {each["name"] for each in data["parties"]} >= {"MV Voorbeeld", "A. Persona"}
    assert data["connections"] == [
        {"from": str(man.origin_id), "to": str(ship.origin_id), "kind": "owner", "note": ""}
    ]


def test_a_print_is_for_archives_and_reads_aloud(cast: Cast, dossier: Dossier) -> None:
    _export, pdf = made(cast.belgian_officer, dossier, form="print")
    assert pdf.startswith(b"%PDF-1.7")
    metadata = b"".join(re.findall(rb"<x:xmpmeta.*?</x:xmpmeta>", pdf, re.DOTALL))
    assert b"<pdfaid:part>2</pdfaid:part>" in metadata
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert b"<pdfuaid:part>1</pdfuaid:part>" in metadata


def test_a_print_says_whose_it_is_the_codes_who_made_it_and_what_for_on_every_page(
    cast: Cast, dossier: Dossier
) -> None:
    words = words_of(cast.belgian_officer, dossier)
    assert (words["owner"], words["reference"]) == ("BE", dossier.reference)
    assert words["codes"] == "H1 H2"
    assert cast.belgian_officer.name in words["made"]
    assert words["use"] == "For my own work on it"
    assert dossier.reference in words["watermark"]
    assert words["obligations"] == [
        "H1: not as evidence without the consent of BE.",
        "H2: not to be passed on without the consent of BE.",
    ]
    said = [each["text"] for each in words["entries"] if not each["event"]]
    assert said == ["Plain words.", "Held by H1.", "Held by H2."]


def test_the_pages_of_a_print_are_counted(cast: Cast, dossier: Dossier) -> None:
    """The template puts the numbers in; what is made printable must leave it their places."""
    words = typesetting.printable(words_of(cast.belgian_officer, dossier))
    assert words["labels"]["page_of"] == "page {number} of {total}"
    template = export_making.TEMPLATE.with_name("page.typ").read_text()
    assert '.replace("{number}"' in template
    assert '.replace("{total}"' in template


def test_a_print_takes_every_script_and_no_command(cast: Cast, dossier: Dossier) -> None:
    nasty = '#panic("x") $x$ \\ @label <a> `raw` // 你好 😀 عربى Привет ‮ \x07'
    EntryFactory(dossier=dossier, text=nasty, language="ar")
    Dossier.objects.filter(pk=dossier.pk).update(title='#read("/etc/passwd") 漢')
    _export, pdf = made(cast.belgian_officer, dossier, form="print")
    assert b"root:" not in _streams(pdf)  # the command stands there as text; nothing was read


def _streams(pdf: bytes) -> bytes:
    found = []
    for piece in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(piece))
        except zlib.error:
            found.append(piece)
    return b"".join(found)


def test_links_tasks_drafts_and_access_never_go_along(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    other = DossierFactory(handler=me, title="Another matter")
    steps.link(me, dossier, other)
    steps.give_task(me, dossier, cast.belgian_colleague, title="Ring the harbour")
    archive = package(me, dossier, use="pass_on")
    whole = b"".join(archive.read(name) for name in archive.namelist())
    for never in (other.reference, "Another matter", "Ring the harbour", "For the file."):
        assert never.encode() not in whole


# What the handling codes keep back --------------------------------------------------------


@pytest.mark.parametrize(
    ("use", "said"),
    [
        ("work", ["Plain words.", "Held by H1.", "Held by H2."]),
        ("pass_on", ["Plain words.", "Held by H1."]),
        ("evidence", ["Plain words.", "Held by H2."]),
    ],
)
def test_h1_stays_out_of_evidence_and_h2_of_what_is_passed_on(
    cast: Cast, dossier: Dossier, use: str, said: list[str]
) -> None:
    assert texts_of(package(cast.belgian_officer, dossier, use=use)) == said


def test_documents_are_kept_back_by_their_own_code_and_with_their_entry(
    cast: Cast, dossier: Dossier
) -> None:
    steps.add_documents(cast.belgian_officer, dossier, "Free")
    steps.add_documents(cast.belgian_officer, dossier, "Bound", handling_codes=["H2"])
    held = dossier.entries.get(text="Held by H2.")
    DocumentFactory(dossier=dossier, entry=held, title="With its entry")
    data = data_of(package(cast.belgian_officer, dossier, use="pass_on"))
    assert [each["title"] for each in data["documents"]] == ["Free"]
    data = data_of(package(cast.belgian_officer, dossier))
    titles = {each["title"] for each in data["documents"]}
    assert titles == {"Free", "Bound", "With its entry"}


def test_an_earlier_wording_under_a_code_is_kept_back_too(cast: Cast, dossier: Dossier) -> None:
    old = EntryFactory(dossier=dossier, text="Bound wording.", handling_codes=["H2"])
    EntryFactory(
        dossier=dossier, text="Free wording.", replaces=old, version=2, correction="Freed.",
        at=old.at,
    )  # fmt: skip
    archive = package(cast.belgian_officer, dossier, use="pass_on")
    assert "Free wording." in texts_of(archive)
    assert b"Bound wording." not in archive.read("dossier.json")
    assert b"Bound wording." in package(cast.belgian_officer, dossier).read("dossier.json")


def test_informants_and_special_data_go_to_nobody_else(cast: Cast, dossier: Dossier) -> None:
    PartyFactory(dossier=dossier, kind="person", role="informant", name="I. Secreto")
    PartyFactory(
        dossier=dossier, kind="person", role="suspect", name="S. Persona",
        special_categories=["health"], special_data="Diabetic.", special_reason="Custody.",
    )  # fmt: skip
    mine = package(cast.belgian_officer, dossier).read("dossier.json")
    theirs = package(cast.belgian_officer, dossier, use="pass_on").read("dossier.json")
    for word in (b"I. Secreto", b"Diabetic.", b"Custody."):
        assert word in mine
        assert word not in theirs
    assert b"S. Persona" in theirs
    said = words_of(cast.belgian_officer, dossier, use="pass_on")
    assert "Secreto" not in str(said)
    assert "Diabetic" not in str(said)


def test_withdrawn_documents_are_listed_for_ones_own_work_without_their_file(
    cast: Cast, dossier: Dossier
) -> None:
    (document,) = steps.add_documents(cast.belgian_officer, dossier, "Wrong one")
    steps.withdraw_document(cast.belgian_officer, document)
    archive = package(cast.belgian_officer, dossier)
    (listed,) = data_of(archive)["documents"]
    assert (listed["title"], listed["path"]) == ("Wrong one", "")
    assert listed["versions"][0]["sha256"]
    assert not [name for name in archive.namelist() if name.startswith("documents/")]
    archive = package(cast.belgian_officer, dossier, use="pass_on")
    assert data_of(archive)["documents"] == []


# Who may have one for what ----------------------------------------------------------------


@pytest.mark.parametrize("use", ["pass_on", "evidence"])
def test_for_others_only_handler_and_headquarters_export(
    cast: Cast, dossier: Dossier, use: str
) -> None:
    for person in (cast.belgian_colleague, viewer_of(dossier, cast.dutch_officer)):
        with pytest.raises(PermissionDenied, match="Only the handling officer"):
            steps.ask_export(person, dossier, use=use)
        steps.ask_export(person, dossier)
    steps.ask_export(cast.belgian_headquarters, dossier, use=use)
    steps.ask_export(cast.belgian_officer, dossier, use=use)


@pytest.mark.parametrize(("use", "code"), [("pass_on", "H2"), ("evidence", "H1")])
def test_a_dossier_under_the_code_goes_out_only_with_consent_said_by_headquarters(
    cast: Cast, dossier: Dossier, use: str, code: str
) -> None:
    Dossier.objects.filter(pk=dossier.pk).update(handling_codes=[code])
    for person in (cast.belgian_officer, cast.belgian_headquarters):
        with pytest.raises(PermissionDenied, match=f"{code}: not without the consent of BE"):
            steps.ask_export(person, dossier, use=use)
    with pytest.raises(PermissionDenied, match="Only the owner's headquarters"):
        steps.ask_export(cast.belgian_officer, dossier, use=use, consent="DEA, letter 12")
    archive = package(cast.belgian_headquarters, dossier, use=use, consent="DEA, letter 12")
    assert texts_of(archive) == ["Plain words.", "Held by H1.", "Held by H2."]
    assert json.loads(archive.read("manifest.json"))["consent"] == "DEA, letter 12"


def test_a_code_that_comes_between_asking_and_making_counts(cast: Cast, dossier: Dossier) -> None:
    export = steps.ask_export(cast.belgian_officer, dossier, use="evidence")
    Dossier.objects.filter(pk=dossier.pk).update(handling_codes=["H1"])
    steps.make_exports()
    export.refresh_from_db()
    assert (export.state, export.sha256) == ("failed", "")
    with pytest.raises(NotReadyError):
        steps.fetch_export(cast.belgian_officer, export)


def test_a_closed_dossier_can_still_be_printed(cast: Cast) -> None:
    closed: Dossier = DossierFactory(handler=cast.belgian_officer, status="closed")
    EntryFactory(dossier=closed, text="Long ago.")
    assert texts_of(package(cast.belgian_officer, closed)) == ["Long ago."]


@pytest.mark.parametrize("who", ["dutch_officer", "belgian_elsewhere", "belgian_auditor"])
def test_for_who_may_not_read_the_dossier_there_is_nothing_to_export(
    cast: Cast, dossier: Dossier, who: str
) -> None:
    with pytest.raises(Dossier.DoesNotExist):
        steps.ask_export(getattr(cast, who), dossier)


def test_an_export_is_its_askers_alone(cast: Cast, dossier: Dossier) -> None:
    export, _content = made(cast.belgian_officer, dossier)
    for person in (cast.belgian_colleague, cast.belgian_headquarters, cast.dutch_officer):
        with pytest.raises(Export.DoesNotExist):
            steps.fetch_export(person, export)


# When access ends -------------------------------------------------------------------------


def _end_access(cast: Cast) -> None:
    steps.end(cast.belgian_coordinator, Mandate.objects.get())


def test_access_that_ends_before_it_is_made_leaves_nothing(cast: Cast, dossier: Dossier) -> None:
    person = viewer_of(dossier, cast.dutch_officer)
    export = steps.ask_export(person, dossier)
    _end_access(cast)
    assert steps.make_exports() == 1
    export.refresh_from_db()
    assert (export.state, export.sha256) == ("failed", "")
    assert export.file not in store.names()
    _does_not_hold_up_the_next(cast, dossier)


def test_access_that_ends_while_it_is_made_ends_it(
    cast: Cast, dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = viewer_of(dossier, cast.dutch_officer)
    DocumentFactory(dossier=dossier, title="One")
    export = steps.ask_export(person, dossier)
    set_it = export_making._print

    def late(work: Any) -> bytes:
        _end_access(cast)
        return set_it(work)

    monkeypatch.setattr(export_making, "_print", late)
    steps.make_exports()
    export.refresh_from_db()
    assert (export.state, export.sha256) == ("failed", "")
    assert export.file not in store.names()
    _does_not_hold_up_the_next(cast, dossier)


def test_access_that_ends_while_it_is_stored_leaves_no_file(
    cast: Cast, dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = viewer_of(dossier, cast.dutch_officer)
    export = steps.ask_export(person, dossier, form="print")
    put = store.put

    def late(*values: Any, **named: Any) -> None:
        put(*values, **named)
        _end_access(cast)

    monkeypatch.setattr(store, "put", late)
    steps.make_exports()
    export.refresh_from_db()
    assert export.state == "failed"
    assert export.file not in store.names()


def test_a_fault_nobody_thought_of_fails_one_export_and_not_the_others(
    cast: Cast, dossier: Dossier, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    export = steps.ask_export(cast.belgian_officer, dossier)

    def broken(_work: Any) -> bytes:
        raise ValueError("Plain words.")

    monkeypatch.setattr(export_making, "_print", broken)
    steps.make_exports()
    monkeypatch.undo()
    export.refresh_from_db()
    assert export.state == "failed"
    assert LogRow.objects.get(action="export.failed").facts["problem"] == "ValueError"
    assert "ValueError" in caplog.text
    assert "Plain words." not in caplog.text  # an error may quote what it was about
    _does_not_hold_up_the_next(cast, dossier)


def _does_not_hold_up_the_next(cast: Cast, dossier: Dossier) -> None:
    steps.ask_export(cast.belgian_officer, dossier, form="print")
    assert steps.make_exports() == 1


def test_access_that_ends_afterwards_closes_the_file(cast: Cast, dossier: Dossier) -> None:
    person = viewer_of(dossier, cast.dutch_officer)
    export, _content = made(person, dossier)
    _end_access(cast)
    with pytest.raises(Export.DoesNotExist):
        steps.fetch_export(person, export)


# Queue and keeping ------------------------------------------------------------------------


def test_a_worker_that_was_killed_leaves_it_to_the_next_three_times(
    cast: Cast, dossier: Dossier
) -> None:
    export = steps.ask_export(cast.belgian_officer, dossier)
    for tries in (1, 2, 3):
        assert export_making._claim() == (export.pk, cast.belgian_officer.pk)
        assert export_making._claim() is None  # somebody goes on with it
        export.refresh_from_db()
        assert (export.state, export.tries) == ("working", tries)
        _let_stand(export, minutes=6)
    assert export_making._claim() is None
    export.refresh_from_db()
    assert export.state == "failed"


def test_one_is_made_at_a_time_the_oldest_first(cast: Cast, dossier: Dossier) -> None:
    first, second = (steps.ask_export(cast.belgian_officer, dossier) for _ in range(2))
    _let_stand(first, minutes=1)
    assert export_making._claim() == (first.pk, cast.belgian_officer.pk)
    assert export_making._claim() is None
    Export.objects.filter(pk=first.pk).update(state="failed")
    assert export_making._claim() == (second.pk, cast.belgian_officer.pk)


def _let_stand(export: Export, *, minutes: int) -> None:
    before = timezone.now() - timedelta(minutes=minutes)
    Export.objects.filter(pk=export.pk).update(touched_at=before, at=before)


def test_a_damaged_document_fails_the_package_and_says_so(cast: Cast, dossier: Dossier) -> None:
    steps.add_documents(cast.belgian_officer, dossier, "Bill")
    store.remove([DocumentVersion.objects.get().file])
    export = steps.ask_export(cast.belgian_officer, dossier)
    steps.make_exports()
    export.refresh_from_db()
    assert export.state == "failed"
    row = LogRow.objects.get(action="export.failed")
    assert row.facts["problem"] == "StoreProblemError"
    assert export.file not in store.names()


def test_the_log_proves_who_had_what_and_why(cast: Cast, dossier: Dossier) -> None:
    (document,) = steps.add_documents(cast.belgian_officer, dossier, "Bill")
    _export, content = made(cast.belgian_officer, dossier, use="pass_on")
    rows = {row.action: row for row in LogRow.objects.filter(reference=dossier.reference)}
    assert rows["export.asked"].why == "For the file."
    assert rows["export.asked"].facts["use"] == "pass_on"
    exported = rows["document.exported"].facts
    assert exported["document"] == str(document.pk)
    assert exported["digest"] == hashlib.sha256(b"Bill").hexdigest()
    digest = hashlib.sha256(content).hexdigest()
    assert rows["export.made"].facts["digest"] == digest
    assert rows["export.made"].facts["left_out"] == 1
    assert rows["export.opened"].facts["digest"] == digest
    assert {row.actor for row in rows.values() if row.action.startswith("export.")} == {
        cast.belgian_officer.pk
    }
    assert "Bill" not in str([row.facts for row in rows.values()])


def test_a_days_old_export_is_forgotten_with_its_file(cast: Cast, dossier: Dossier) -> None:
    export, _content = made(cast.belgian_officer, dossier)
    young, _content = made(cast.belgian_officer, dossier, form="print")
    _let_stand(export, minutes=25 * 60)
    with as_person(None):
        assert services.forget() == 1
    assert [each.pk for each in Export.objects.all()] == [young.pk]


def test_what_is_stored_is_sealed(cast: Cast, dossier: Dossier) -> None:
    export, content = made(cast.belgian_officer, dossier)
    with store._storage().open(export.file) as stored:
        kept = stored.read()
    assert content[:200] not in kept
    assert b"Plain words." not in kept
    assert export.file not in keeping.orphans()
    Export.objects.all().delete()
    assert export.file in keeping.orphans()


def test_destroying_a_document_destroys_the_packages_that_may_hold_it(
    cast: Cast, dossier: Dossier
) -> None:
    (document,) = steps.add_documents(cast.belgian_officer, dossier, "Bill")
    made(cast.belgian_officer, dossier)
    keeping.destroy(Document.objects.get(pk=document.pk))
    assert not Export.objects.exists()


def test_a_package_of_one_moment_is_made_alike_twice(cast: Cast, dossier: Dossier) -> None:
    with as_person(cast.belgian_officer):
        found = exports.contents(dossier, use="work", consent="")
        one = export_making._json(export_package.dossier(found, use="work"))
        again = exports.contents(dossier, use="work", consent="")
        assert one == export_making._json(export_package.dossier(again, use="work"))
