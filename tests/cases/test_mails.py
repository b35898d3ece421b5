"""Reading mails: what officers really get, also where it is odd or broken."""

import base64
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import mails
from cases.mails import UnreadableMailError
from cases.mails.words import of_html

PLAIN = """From: =?utf-8?q?Capit=C3=A1n_R=2E_Ejemplo?= <r.ejemplo@policia.example>
To: LO Desk <desk@police.example>, cgi@police.example
Cc: Otro <otro@policia.example>
Subject: =?utf-8?q?Sellos_de_la_exportaci=C3=B3n?=
Date: Mon, 23 Nov 2026 07:58:00 -0500
Content-Type: text/plain; charset=utf-8

El sello difiere: EC 004417.\r
Sigue el informe.
"""


def test_a_plain_mail_is_read_in_any_language() -> None:
    mail = mails.read(PLAIN.encode())
    assert str(mail.sender) == "Capitán R. Ejemplo"
    assert [each.address for each in mail.recipients] == [
        "desk@police.example",
        "cgi@police.example",
        "otro@policia.example",
    ]
    assert mail.subject == "Sellos de la exportación"
    assert mail.sent_at == datetime(2026, 11, 23, 12, 58, tzinfo=UTC)
    assert mail.text == "El sello difiere: EC 004417.\nSigue el informe."


def test_of_html_only_the_words_are_kept() -> None:
    message = EmailMessage()
    message["From"] = "a@b.example"
    message.set_content(
        "<html><head><title>T</title><style>p {}</style></head><body><p>First  line</p>"
        "<script>alert(1)</script><div>Second &amp; <b>last</b></div></body></html>",
        subtype="html",
    )
    assert mails.read(message.as_bytes()).text == "First line\n\nSecond & last"


def test_plain_text_comes_before_html_and_attachments_keep_their_names() -> None:
    message = EmailMessage()
    message["From"] = "a@b.example"
    message.set_content("Plain.")
    message.add_alternative("<p>HTML.</p>", subtype="html")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="ä.pdf")
    message.add_attachment(b"\x00\x01", maintype="application", subtype="octet-stream")
    mail = mails.read(message.as_bytes())
    assert mail.text == "Plain."
    assert [(each.name, each.content) for each in mail.attachments] == [
        ("ä.pdf", b"%PDF-1.7"),
        ("attachment-2", b"\x00\x01"),
    ]


def test_a_mail_within_a_mail_is_an_attachment() -> None:
    inner = EmailMessage()
    inner["From"] = "inner@b.example"
    inner.set_content("Inside.")
    message = EmailMessage()
    message["From"] = "a@b.example"
    message.set_content("See below.")
    message.add_attachment(inner)
    (attached,) = mails.read(message.as_bytes()).attachments
    assert mails.read(attached.content).text == "Inside."


PICTURE = b"\x89PNG" + b"x" * 5000


def _part(kind: str, content: bytes = b"", *parts: str) -> str:
    """A part of a mail, with parts of its own."""
    if not parts:
        words = base64.b64encode(content).decode()
        return f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\n\n{words}\n"
    edge = f"edge{len(''.join(parts))}"
    inside = "".join(f"--{edge}\n{each}" for each in parts)
    return f'Content-Type: {kind}; boundary="{edge}"\n\n{inside}--{edge}--\n'


TEXT, HTML = _part("text/plain", b"Words."), _part("text/html", b"<p>Words.</p>")
IMAGE, PDF = _part('image/png; name="seal.png"', PICTURE), _part("application/pdf", b"%PDF-1.7")
SIGNED = _part("application/pkcs7-signature", b"signature")


@pytest.mark.parametrize(
    ("source", "attached"),
    [
        (_part("multipart/related", b"", HTML, IMAGE), [PICTURE]),
        (_part("multipart/related", b"", HTML, _part("image/gif", b"GIF89a")), []),  # an ornament
        (  # Outlook: a picture pasted into the text
            _part("multipart/mixed", b"", _part(
                "multipart/alternative", b"", TEXT, _part("multipart/related", b"", HTML, IMAGE)
            ), PDF),
            [PICTURE, b"%PDF-1.7"],
        ),
        (  # Apple's Mail: files between the words
            _part("multipart/alternative", b"", TEXT, _part(
                "multipart/mixed", b"", HTML, PDF, HTML
            )),
            [b"%PDF-1.7"],
        ),
        (  # signed: the signature proves nothing without the mail as it came
            _part("multipart/signed", b"", _part("multipart/mixed", b"", TEXT, PDF), SIGNED),
            [b"%PDF-1.7"],
        ),
        (_part("multipart/mixed", b"", TEXT, PDF, TEXT), [b"%PDF-1.7", b"Words."]),
    ],
    ids=["related", "ornament", "outlook", "apple", "signed", "words after"],
)  # fmt: skip
def test_files_within_the_text_come_along_and_ornaments_do_not(
    source: str, attached: list[bytes]
) -> None:
    mail = mails.read(f"From: a@b.example\nMIME-Version: 1.0\n{source}".encode())
    assert mail.text == "Words."
    assert [each.content for each in mail.attachments] == attached


def test_a_wrong_character_set_loses_no_mail() -> None:
    for charset in ("no-such-set", "ascii"):
        source = PLAIN.replace("charset=utf-8", f"charset={charset}").encode()
        assert "El sello difiere" in mails.read(source).text


@pytest.mark.parametrize("date", ["", "Date: yesterday\n", "Date: Mon, 99 Foo 2026\n"])
def test_a_mail_without_a_date_is_still_a_mail(date: str) -> None:
    source = f"From: a@b.example\n{date}Subject: x\n\nText.".encode()
    assert mails.read(source).sent_at is None


def test_a_date_without_a_zone_is_in_utc() -> None:
    source = b"From: a@b.example\nDate: Mon, 23 Nov 2026 07:58:00 -0000\n\nText."
    assert mails.read(source).sent_at == datetime(2026, 11, 23, 7, 58, tzinfo=UTC)


@pytest.mark.parametrize("source", [b"", b"Just words.", b"\x00\xff\xfe", b"From: nobody\n\nx"])
def test_what_nobody_sent_is_no_mail(source: bytes) -> None:
    with pytest.raises(UnreadableMailError):
        mails.read(source)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(junk: bytes) -> None:
    for source in (junk, b"From: a@b.example\n" + junk, b"From: a@b.example\n\n" + junk):
        with suppress(UnreadableMailError):
            mails.read(source)


@given(st.text(max_size=300))
def test_no_html_breaks_the_reader(junk: str) -> None:
    assert "<script" not in of_html(f"<script>{junk}").lower() or "<script" in junk.lower()
