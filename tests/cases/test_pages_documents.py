"""The pages of documents: added without and with JavaScript, shown, opened, withdrawn."""

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files import uploadhandler
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from pytest_django import Settings

from accounts.models import User
from cases.models import Document, Dossier, Upload
from cases.services import keeping
from lodesk.audit.models import LogRow
from lodesk.files import store
from tests import steps
from tests.browsers import HouseClient
from tests.factories import (
    PLAIN_TEXT,
    Cast,
    DocumentFactory,
    DossierFactory,
    EntryFactory,
    MandateFactory,
    add_version,
    grant,
)
from tests.files.samples import JPEG, PDF
from tests.pages import text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], HouseClient]


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles."""
    return DossierFactory(handler=cast.belgian_officer, handling_codes=["H1"])


@pytest.fixture
def handler(cast: Cast, client_of: ClientOf) -> HouseClient:
    """The browser of its handler."""
    return client_of(cast.belgian_officer)


@pytest.fixture
def viewer(cast: Cast, dossier: Dossier, client_of: ClientOf) -> HouseClient:
    """The browser of a Dutch officer who may only view it."""
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, level="view")
    grant(dossier, cast.dutch_officer, "view", mandate)
    return client_of(cast.dutch_officer)


def file(name: str, content: bytes) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content)


def listed(dossier: Dossier) -> str:
    """The address of its documents."""
    return f"/d/{dossier.reference}/documents"


def content_of(answer: HttpResponse) -> bytes:
    """What was streamed."""
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


# A plain form -----------------------------------------------------------------------------


def test_several_files_are_added_by_a_plain_form(handler: HouseClient, dossier: Dossier) -> None:
    sent = {
        "files": [file("bill_of_lading.pdf", PDF), file("seal 1.jpg", JPEG)],
        "language": "fr",
        "handling_codes": ["H2"],
    }
    assert handler.post(listed(dossier), sent).status_code == 302
    found = Document.objects.filter(dossier=dossier).order_by("title")
    assert [each.title for each in found] == ["bill of lading", "seal 1"]
    assert {(each.language, *each.handling_codes) for each in found} == {("fr", "H2")}
    shown = text_of(handler.get(listed(dossier)))
    assert "2 documents added." in shown
    assert "photograph, JPEG" in shown


def test_one_file_that_is_refused_keeps_none_of_the_others_away(
    handler: HouseClient, dossier: Dossier
) -> None:
    sent = {
        "files": [file("bill.pdf", PDF), file("tool.exe", b"MZ" + b"\0" * 99), file("x.txt", b"")],
        "language": "en",
    }
    answer = handler.post(listed(dossier), sent)
    shown = text_of(answer)
    assert answer.status_code == 200
    assert "It is a program, or holds one" in shown
    assert "tool.exe" in shown
    assert "The file is empty." in shown
    upload = Upload.objects.get(state="arrived")
    assert f'value="{upload.pk}" checked' in answer.content.decode()
    again = {"uploads": str(upload.pk), f"title-{upload.pk}": "Bill of lading", "language": "en"}
    assert handler.post(listed(dossier), again).status_code == 302
    assert dossier.documents.get().title == "Bill of lading"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("nl", "Het is een programma"),
        ("fr", "C’est un programme"),
        ("de", "Es ist ein Programm"),
    ],
)
def test_the_reason_is_said_in_the_readers_language(
    cast: Cast, client_of: ClientOf, dossier: Dossier, language: str, sentence: str
) -> None:
    User.objects.filter(pk=cast.belgian_officer.pk).update(language=language)
    browser = client_of(cast.belgian_officer)
    sent = {"files": [file("tool.exe", b"MZ" + b"\0" * 99)], "language": "en"}
    assert sentence in text_of(browser.post(listed(dossier), sent))


def test_nothing_chosen_is_said(handler: HouseClient, dossier: Dossier) -> None:
    assert "Choose at least one file." in text_of(handler.post(listed(dossier), {"language": "en"}))


@pytest.mark.parametrize(
    ("title", "sentence"),
    [
        (" ", "Give it a title."),
        ("x" * 201, "The title is too long."),
        ("NATO SECRET annex", "LO Desk holds nothing classified"),
    ],
)
def test_a_title_that_will_not_do_comes_back_with_its_file(
    handler: HouseClient, dossier: Dossier, cast: Cast, title: str, sentence: str
) -> None:
    upload = steps.arrive(cast.belgian_officer, dossier)
    sent = {"uploads": str(upload.pk), f"title-{upload.pk}": title, "language": "en"}
    answer = handler.post(listed(dossier), sent)
    assert sentence in text_of(answer)
    assert f'name="title-{upload.pk}"' in answer.content.decode()
    assert not dossier.documents.exists()


def test_a_file_of_a_form_is_cut_at_the_largest_size(
    handler: HouseClient, dossier: Dossier, settings: Settings
) -> None:
    settings.DOCUMENT_LARGEST = 100_000
    fits, over = file("fits.txt", b"x" * 100_000), file("over.txt", b"x" * 100_001)
    shown = text_of(handler.post(listed(dossier), {"files": [fits, over], "language": "en"}))
    assert "The file is too large" in shown
    assert Upload.objects.get().file_name == "fits.txt"


def test_a_form_puts_nothing_in_clear_on_the_disk(
    handler: HouseClient, dossier: Dossier, settings: Settings
) -> None:
    def refuse(*_args: Any, **_options: Any) -> None:
        raise AssertionError("Django's own handler was used")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uploadhandler.TemporaryFileUploadHandler, "new_file", refuse)
        large = file("large.txt", b"line\n" * 700_000)
        sent = {"files": [large], "language": "en"}
        assert handler.post(listed(dossier), sent).status_code == 302


# In the composer --------------------------------------------------------------------------


def test_documents_go_with_a_note_and_stand_below(handler: HouseClient, dossier: Dossier) -> None:
    note = {"text": "The seals.", "language": "en", "handling_codes": ["H2"],
            "files": [file("seal.jpg", JPEG)]}  # fmt: skip
    assert handler.post(f"/d/{dossier.reference}/entries", note).status_code == 302
    document = dossier.documents.get()
    assert document.entry == dossier.entries.get(kind="note")
    assert document.handling_codes == ["H2"]
    assert (
        f'href="/documents/{document.pk}/"'
        in handler.get(f"/d/{dossier.reference}/").content.decode()
    )


def test_a_refused_file_loses_no_word_of_the_note(handler: HouseClient, dossier: Dossier) -> None:
    note = {
        "text": "Typed on a poor line.",
        "language": "en",
        "files": [file("seal.jpg", JPEG), file("seal.png", PDF)],
    }
    answer = handler.post(f"/d/{dossier.reference}/entries", note)
    assert "Typed on a poor line." in answer.content.decode()
    assert "does not fit the ending" in text_of(answer)
    assert not dossier.entries.exists()
    kept = Upload.objects.get(state="arrived")
    again = {"text": "Typed on a poor line.", "language": "en", "uploads": str(kept.pk)}
    assert handler.post(f"/d/{dossier.reference}/entries", again).status_code == 302
    assert dossier.documents.get().title == "seal"


def test_a_note_that_is_missing_loses_no_file(handler: HouseClient, dossier: Dossier) -> None:
    answer = handler.post(
        f"/d/{dossier.reference}/entries",
        {"text": "", "language": "en", "files": [file("seal.jpg", JPEG)]},
    )
    assert str(Upload.objects.get().pk) in answer.content.decode()


# In parts ---------------------------------------------------------------------------------


def begin(handler: HouseClient, dossier: Dossier, content: bytes, name: str = "a.txt") -> Any:
    """The answer to a file that is announced."""
    said = {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return handler.post(f"/d/{dossier.reference}/uploads", said)


def send(handler: HouseClient, url: str, offset: object, content: bytes, digest: str = "") -> Any:
    """The answer to a part."""
    digest = digest or base64.b64encode(hashlib.sha256(content).digest()).decode()
    return handler.post(
        url,
        content,
        content_type="application/octet-stream",
        headers={"Upload-Offset": str(offset), "Content-Digest": f"sha-256=:{digest}:"},
    )


def test_a_file_is_sent_in_parts_and_goes_on_after_a_dropped_line(
    handler: HouseClient, dossier: Dossier
) -> None:
    begun = begin(handler, dossier, PLAIN_TEXT).json()
    assert (begun["offset"], begun["state"]) == (0, "arriving")
    assert send(handler, begun["url"], 0, PLAIN_TEXT[:8]).json()["offset"] == 8
    lost = send(handler, begun["url"], 0, PLAIN_TEXT[:8])  # its answer never came: sent again
    assert (lost.status_code, lost.json()["offset"]) == (409, 8)
    assert handler.get(begun["url"]).json()["offset"] == 8
    assert begin(handler, dossier, PLAIN_TEXT).json()["offset"] == 8
    done = send(handler, begun["url"], 8, PLAIN_TEXT[8:]).json()
    assert (done["state"], done["kind"], done["problem"]) == ("arrived", "text", "")
    handler.post(listed(dossier), {"uploads": done["id"], "language": "en"})
    assert dossier.documents.get().title == "a"


@pytest.mark.parametrize(
    ("offset", "digest", "status"),
    [("", "", 400), ("-1", "", 400), ("x", "", 400), ("0", "***", 400), ("0", "AA=A", 400),
     ("0", "AAAA", 409), ("5", "", 409)],
)  # fmt: skip
def test_a_part_that_cannot_be_read_is_refused(
    handler: HouseClient, dossier: Dossier, offset: str, digest: str, status: int
) -> None:
    url = begin(handler, dossier, PLAIN_TEXT).json()["url"]
    assert send(handler, url, offset, PLAIN_TEXT, digest).status_code == status
    assert Upload.objects.get().received == 0


def test_a_part_has_a_largest_size(handler: HouseClient, dossier: Dossier) -> None:
    content = b"x" * (1024 * 1024 + 1)
    url = begin(handler, dossier, content).json()["url"]
    assert send(handler, url, 0, content).status_code == 400
    assert send(handler, url, 0, content[:-1]).json()["offset"] == 1024 * 1024


def test_a_file_that_will_not_do_is_refused_before_it_is_sent(
    handler: HouseClient, dossier: Dossier, settings: Settings
) -> None:
    settings.DOCUMENT_LARGEST = 10
    answer = begin(handler, dossier, PLAIN_TEXT)
    assert answer.status_code == 422
    assert answer.json()["problem"].startswith("The file is too large")
    assert begin(handler, dossier, b"").status_code == 422


def test_a_file_is_taken_back(handler: HouseClient, dossier: Dossier) -> None:
    url = begin(handler, dossier, PLAIN_TEXT).json()["url"]
    assert handler.delete(url).status_code == 204
    assert handler.get(url).json()["state"] == "refused"


def test_without_the_key_a_person_is_told_and_the_name_is_not_logged(
    handler: HouseClient, dossier: Dossier, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DOCUMENT_KEYS = ""
    answer = begin(handler, dossier, PLAIN_TEXT, name="kobalt.txt")
    assert answer.status_code == 503
    assert "nothing was lost" in answer.json()["problem"]
    sent = {"files": [file("kobalt.txt", PLAIN_TEXT)], "language": "en"}
    assert "nothing was lost" in text_of(handler.post(listed(dossier), sent))
    assert "there is no document key of BE" in caplog.text
    assert "kobalt" not in caplog.text


# Shown and opened -------------------------------------------------------------------------


def test_the_dossier_names_its_documents_with_version_size_and_date(
    handler: HouseClient, dossier: Dossier
) -> None:
    document = DocumentFactory(dossier=dossier, title="Bill of lading")
    add_version(document, b"x" * 310_400)
    DocumentFactory(dossier=dossier, title="Gone", withdrawn_reason="x", withdrawn_at=document.at)
    page = handler.get(f"/d/{dossier.reference}/")
    assert "Bill of lading, version 2" in text_of(page)
    assert [line.size for line in page.context["documents"].lines] == ["310 kB"]


def test_many_documents_are_counted(handler: HouseClient, dossier: Dossier) -> None:
    DocumentFactory.create_batch(9, dossier=dossier)
    assert "All 9 documents" in text_of(handler.get(f"/d/{dossier.reference}/"))


def test_a_long_list_comes_in_pieces(handler: HouseClient, dossier: Dossier) -> None:
    DocumentFactory.create_batch(51, dossier=dossier)
    first = handler.get(listed(dossier))
    assert len(first.context["lines"]) == 50
    second = handler.get(
        first.context["older_url"] and listed(dossier) + first.context["older_url"]
    )
    assert len(second.context["lines"]) == 1
    assert not second.context["older_url"]


def test_the_page_of_a_document_shows_versions_with_their_digests(
    handler: HouseClient, dossier: Dossier
) -> None:
    document = DocumentFactory(dossier=dossier)
    newer = add_version(document, b"Second.")
    shown = text_of(handler.get(f"/documents/{document.pk}/"))
    assert newer.sha256 in shown
    assert hashlib.sha256(PLAIN_TEXT).hexdigest() in shown
    assert LogRow.objects.get(action="document.viewed").facts == {"document": str(document.pk)}


def test_what_the_codes_bind_to_is_read_before_the_file_is_opened(
    handler: HouseClient, cast: Cast
) -> None:
    dossier = DossierFactory(
        handler=cast.belgian_officer, handling_codes=["H3"], handling_note="Ask CGI by phone."
    )
    document = DocumentFactory(dossier=dossier, handling_codes=["H1", "H2", "H3"])
    shown = text_of(handler.get(f"/documents/{document.pk}/"))
    for words in ("H1: not as evidence", "H2: not to be passed on", "H3: Ask CGI by phone."):
        assert shown.index(words) < shown.index("Download")


def test_the_text_of_h3_is_the_entrys_own_where_it_has_one(
    handler: HouseClient, dossier: Dossier
) -> None:
    entry = EntryFactory(dossier=dossier, handling_codes=["H3"], handling_note="Source at risk.")
    document = DocumentFactory(dossier=dossier, entry=entry, handling_codes=["H3"])
    shown = text_of(handler.get(f"/documents/{document.pk}/"))
    assert "H3: Source at risk." in shown


def test_a_file_is_something_to_keep_never_to_show(handler: HouseClient, dossier: Dossier) -> None:
    document = DocumentFactory(dossier=dossier, title='Bill "of" lading / 7', content=PDF)
    document.versions.update(kind="application/pdf", file_name="x.pdf")
    version = document.versions.get()
    answer = handler.get(f"/files/{version.pk}", headers={"Accept-Encoding": "gzip, br"})
    assert content_of(answer) == PDF
    name = f"{dossier.reference}-Bill-of-lading-7-v1.pdf"
    expected = {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(len(PDF)),
        "Content-Encoding": "identity",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    assert {header: answer.headers[header] for header in expected} == expected


def test_opening_is_logged_with_version_and_digest(handler: HouseClient, dossier: Dossier) -> None:
    version = DocumentFactory(dossier=dossier).versions.get()
    content_of(handler.get(f"/files/{version.pk}"))
    row = LogRow.objects.get(action="document.opened")
    assert row.facts["digest"] == version.sha256
    assert row.reference == dossier.reference


def test_who_may_only_view_is_asked_for_a_reason(viewer: HouseClient, dossier: Dossier) -> None:
    version = DocumentFactory(dossier=dossier, handling_codes=["H2"]).versions.get()
    path = f"/files/{version.pk}"
    assert "Open, with a reason" in text_of(viewer.get(f"/documents/{version.document_id}/"))
    asked = text_of(viewer.get(path))
    assert "H2: not to be passed on" in asked
    assert "This field is required." in text_of(viewer.post(path, {"reason": " "}))
    assert not LogRow.objects.filter(action="document.opened").exists()
    assert content_of(viewer.post(path, {"reason": "To compare."})) == PLAIN_TEXT
    assert LogRow.objects.get(action="document.opened", chain="BE").why == "To compare."


def test_who_may_only_view_is_offered_nothing_else(viewer: HouseClient, dossier: Dossier) -> None:
    document = DocumentFactory(dossier=dossier)
    for path in (f"/documents/{document.pk}/", listed(dossier), f"/d/{dossier.reference}/"):
        page = viewer.get(path).content.decode()
        assert 'type="file"' not in page
        assert "/withdraw" not in page


def test_a_document_is_replaced_by_one_file(handler: HouseClient, dossier: Dossier) -> None:
    document = DocumentFactory(dossier=dossier)
    path = f"/documents/{document.pk}/"
    two = {"files": [file("a.txt", b"1"), file("b.txt", b"2")]}
    assert "A new version is one file." in text_of(handler.post(path, two))
    assert handler.post(path, {"files": [file("a.txt", b"1")]}).status_code == 302
    assert document.versions.count() == 2


def test_a_document_is_withdrawn_with_a_reason(handler: HouseClient, dossier: Dossier) -> None:
    document = DocumentFactory(dossier=dossier, title="Bill")
    path = f"/documents/{document.pk}/withdraw"
    assert handler.post(path, {"reason": ""}).status_code == 200
    assert handler.post(path, {"reason": "Of another ship."}).status_code == 302
    shown = text_of(handler.get(f"/documents/{document.pk}/"))
    assert "Of another ship." in shown
    assert "Open, with a reason" in shown
    assert handler.get(path).status_code == 403


@pytest.mark.parametrize("what", ["missing", "damaged", "no key"])
def test_what_cannot_be_opened_says_so_and_gives_nothing(
    handler: HouseClient, dossier: Dossier, settings: Settings, what: str
) -> None:
    version = DocumentFactory(dossier=dossier).versions.get()
    if what == "missing":
        store.remove([version.file])
    elif what == "damaged":
        store.put(version.file, [PLAIN_TEXT], key=b"z" * 32)
    else:
        settings.DOCUMENT_KEYS = ""
    answer = handler.get(f"/files/{version.pk}")
    assert answer.status_code == 503
    assert "nothing was lost" in text_of(answer)
    assert "Bill of lading 4711" not in answer.content.decode()


def test_what_was_destroyed_says_so(handler: HouseClient, dossier: Dossier) -> None:
    document = DocumentFactory(dossier=dossier, title="Kobaltblauw")
    keeping.destroy(document)
    shown = text_of(handler.get(f"/documents/{document.pk}/"))
    assert "Destroyed document" in shown
    assert "Download" not in shown
    assert "Kobaltblauw" not in text_of(handler.get(listed(dossier)))
