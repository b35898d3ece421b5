"""A mail becomes an entry in one act, attachments included."""

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from cases.models import Document, Dossier
from lodesk.audit.models import LogRow
from tests.browsers import HouseClient
from tests.factories import Cast, DossierFactory
from tests.outlook import BODY, CLASS, CLIENT_SUBMIT, attached, compound, message, msg, person
from tests.pages import text_of

pytestmark = pytest.mark.django_db
Browse = Callable[[User | None], HouseClient]


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A dossier of the Belgian officer."""
    return DossierFactory(handler=cast.belgian_officer)


def mail(**headers: str) -> EmailMessage:
    """A mail of today from a host authority."""
    message = EmailMessage()
    message["From"] = "Capt. R. Ejemplo <r.ejemplo@policia.example>"
    message["To"] = "Desk <desk@police.example>"
    message["Subject"] = "Sellos"
    message["Date"] = timezone.now().replace(microsecond=0)
    for name, value in headers.items():
        message[name] = value
    message.set_content("El sello difiere.")
    return message


def sent(message: EmailMessage | None = None, **values: Any) -> dict[str, Any]:
    """The form with a mail as a file."""
    fields: dict[str, Any] = {"kind": "incoming_message", "language": "es"}
    if message is not None:
        fields["file"] = SimpleUploadedFile("mail.eml", message.as_bytes())
    return fields | values


def test_a_mail_becomes_an_entry_with_its_attachments(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    message = mail()
    message.add_attachment(b"Informe.\n", maintype="text", subtype="plain", filename="informe.txt")
    client = client_of(cast.belgian_officer)
    answer = client.post(f"/d/{dossier.reference}/mail", sent(message, handling_codes=["H2"]))
    entry = dossier.entries.get(kind="incoming_message")
    assert answer.headers["Location"] == f"/d/{dossier.reference}/#entry-{entry.pk}"
    assert (entry.text, entry.language) == ("Sellos\n\nEl sello difiere.", "es")
    assert (entry.counterpart, entry.counterpart_person, entry.channel) == (
        "Capt. R. Ejemplo",
        "r.ejemplo@policia.example",
        "email",
    )
    document = Document.objects.get(dossier=dossier)
    assert (document.entry_id, document.title) == (entry.pk, "informe.txt")
    assert document.handling_codes == ["H2"]
    assert "1 attachment kept." in text_of(client.get(answer.headers["Location"]))
    assert LogRow.objects.filter(action="entry.added", target_id=dossier.pk).exists()


def outlook(content: bytes, name: str = "mail.msg", **values: Any) -> dict[str, Any]:
    """The form with a mail that Outlook saved."""
    return sent(file=SimpleUploadedFile(name, content), **values)


@pytest.mark.parametrize("name", ["mail.msg", "mail.eml", "no ending"])
def test_a_mail_of_outlook_becomes_an_entry_with_its_attachments(
    cast: Cast, client_of: Browse, dossier: Dossier, name: str
) -> None:
    sent_at = timezone.now().replace(microsecond=0) - timedelta(days=2)
    content = msg(
        {CLIENT_SUBMIT: sent_at},
        recipients=[person("Desk", "desk@police.example")],
        attachments=[attached("informe.txt", b"Informe.\n"), {"mail": message(within=True)}],
    )
    client = client_of(cast.belgian_officer)
    answer = client.post(f"/d/{dossier.reference}/mail", outlook(content, name))
    entry = dossier.entries.get(kind="incoming_message")
    assert answer.headers["Location"] == f"/d/{dossier.reference}/#entry-{entry.pk}"
    assert (entry.text, entry.at) == ("Sellos\n\nEl sello difiere.", sent_at)
    assert (entry.counterpart, entry.counterpart_person, entry.channel) == (
        "Capitán R. Ejemplo",
        "r.ejemplo@policia.example",
        "email",
    )
    documents = Document.objects.filter(dossier=dossier, entry=entry)
    assert {each.title for each in documents} == {"informe.txt", "Sellos.eml"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "damaged or incomplete"),
        (msg()[:3000], "damaged or incomplete"),
        (msg({CLASS: "IPM.Note.SMIME"}), "is encrypted"),
        (msg({BODY: "NATO SECRET annex"}), "national channel"),
        (msg(attachments=[attached("a", bytes(2_000))] * 9), "larger than a mail can be"),
        (compound({"WordDocument": b"x" * 5000}), "This is no mail"),
    ],
)
def test_a_mail_of_outlook_that_is_not_taken_is_said_beside_the_field_and_the_rest_is_kept(
    cast: Cast,
    client_of: Browse,
    dossier: Dossier,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    words: str,
) -> None:
    monkeypatch.setattr("cases.forms.mails.LARGEST", 20_000)
    client = client_of(cast.belgian_officer)
    typed = {"handling_codes": ["H3"], "handling_note": "Not to third parties.", "kind": "answer"}
    answer = client.post(f"/d/{dossier.reference}/mail", outlook(content, **typed))
    form = answer.context["form"]
    assert list(form.errors) == ["file"]
    assert words in text_of(answer)
    assert {name: form[name].value() for name in typed} == typed
    assert form["language"].value() == "es"
    assert not dossier.entries.exists()


def test_attachments_beyond_what_one_mail_brings_are_named(
    cast: Cast, client_of: Browse, dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.services.mails.MOST", 1)
    files = [attached("uno.txt", b"Uno.\n"), attached("dos.txt", b"Dos.\n")]
    client = client_of(cast.belgian_officer)
    answer = client.post(f"/d/{dossier.reference}/mail", outlook(msg(attachments=files)))
    assert "Not kept: dos.txt." in text_of(client.get(answer.headers["Location"]))
    assert Document.objects.get(dossier=dossier).title == "uno.txt"


def test_a_text_of_h3_without_h3_is_not_kept(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_officer)
    values = {"source": "From: a@b.example\n\nx", "handling_note": "Left over."}
    client.post(f"/d/{dossier.reference}/mail", sent(**values))
    assert dossier.entries.get().handling_note == ""


def test_an_attachment_that_cannot_be_kept_is_named_and_the_mail_is_recorded(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    message = mail()
    program = b"MZ" + bytes(200)
    message.add_attachment(
        program, maintype="application", subtype="octet-stream", filename="informe.exe"
    )
    client = client_of(cast.belgian_officer)
    answer = client.post(f"/d/{dossier.reference}/mail", sent(message))
    shown = text_of(client.get(answer.headers["Location"]))
    assert "Not kept: informe.exe." in shown
    assert "El sello difiere." in shown
    assert not Document.objects.filter(dossier=dossier).exists()


def test_a_pasted_mail_becomes_an_entry(cast: Cast, client_of: Browse, dossier: Dossier) -> None:
    client = client_of(cast.belgian_officer)
    source = mail().as_string()
    client.post(f"/d/{dossier.reference}/mail", sent(source=source, kind="outgoing_message"))
    entry = dossier.entries.get(kind="outgoing_message")
    assert (entry.direction, entry.counterpart) == ("out", "Desk")


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({}, "file", "one of the two"),
        ({"source": "Just words."}, "source", "This is no mail"),
        ({"source": "From: a@b.example\n\nNATO SECRET annex"}, "source", "national channel"),
        ({"source": "From: a@b.example\n\nx", "handling_codes": ["H3"]}, "handling_note", "H3"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(
    cast: Cast,
    client_of: Browse,
    dossier: Dossier,
    values: dict[str, Any],
    field: str,
    words: str,
) -> None:
    client = client_of(cast.belgian_officer)
    answer = client.post(f"/d/{dossier.reference}/mail", sent(**values))
    assert list(answer.context["form"].errors) == [field]
    assert words in text_of(answer)
    assert answer.context["form"]["source"].value() == values.get("source")
    assert not dossier.entries.exists()


def test_a_file_larger_than_a_mail_is_refused(
    cast: Cast, client_of: Browse, dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.forms.mails.LARGEST", 100)
    client = client_of(cast.belgian_officer)
    answer = client.post(f"/d/{dossier.reference}/mail", sent(mail()))
    assert "larger than a mail can be" in text_of(answer)


def test_a_mail_of_years_ago_is_recorded_now(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_officer)
    source = "From: a@b.example\nDate: Mon, 4 Mar 2019 10:00:00 +0000\n\nText."
    client.post(f"/d/{dossier.reference}/mail", sent(source=source))
    assert dossier.entries.get().at.year == timezone.now().year
