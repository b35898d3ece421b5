"""Mails as Outlook saves them: read by content, with everything that came with them."""

import struct
from contextlib import suppress
from email.message import EmailMessage
from typing import Any

import compressed_rtf
import olefile
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import mails
from cases.mails import (
    BrokenMailError,
    EncryptedMailError,
    UnreadableMailError,
    compound,
    outlook,
)
from cases.mails.words import of_rtf, page_of
from tests import outlook as made
from tests.outlook import BODY, BODY_PAGE, CLASS, HTML, PAGE, RTF, SENT, SUBJECT, Narrow, msg

RICH = (
    rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss Arial;}}{\colortbl;\red0;}"
    rb"{\*\generator Riched20;}\uc1\pard El sello\par \'e9 \u8364? 3{\b , hoy}\tab m\~s\par}"
)


def test_the_writer_makes_what_a_library_of_compound_files_reads(tmp_path: Any) -> None:
    file = tmp_path / "mail.msg"
    file.write_bytes(msg(attachments=[made.attached("a.bin", bytes(range(256)) * 40)]))
    assert olefile.isOleFile(str(file))
    with olefile.OleFileIO(str(file), raise_defects=olefile.DEFECT_INCORRECT) as opened:
        assert opened.openstream("__attach_version1.0_#00000000/__substg1.0_37010102").read() == (
            bytes(range(256)) * 40
        )
        assert not opened.parsing_issues


def test_a_mail_of_outlook_is_read() -> None:
    people = [
        made.person("Otro", "otro@policia.example", 2),
        made.person("LO Desk", "desk@police.example"),
        made.person("Nobody sees", "unseen@police.example", 3),
        made.person("cgi@police.example", "cgi@police.example"),
    ]
    mail = mails.read(msg(recipients=people))
    assert (mail.sender.name, mail.sender.address) == (
        "Capitán R. Ejemplo",
        "r.ejemplo@policia.example",
    )
    assert [str(each) for each in mail.recipients] == ["LO Desk", "cgi@police.example", "Otro"]
    assert (mail.subject, mail.text, mail.sent_at) == ("Sellos", "El sello difiere.", SENT)
    assert mail.attachments == ()


def test_attachments_large_and_small_keep_their_names() -> None:
    large = bytes(range(256)) * 300
    mail = mails.read(msg(attachments=[
        made.attached("informe año.txt", b"Informe.\n"),
        made.attached("foto.jpg", large),
        {0x3704: "CORTO~1.TXT", 0x3701: b"x"},
        {0x3701: b"\x00\x01"},
        {0x3707: "empty.txt", 0x3701: b""},
    ]))  # fmt: skip
    assert [(each.name, each.content) for each in mail.attachments] == [
        ("informe año.txt", b"Informe.\n"),
        ("foto.jpg", large),
        ("CORTO~1.TXT", b"x"),
        ("attachment-4", b"\x00\x01"),
    ]


@pytest.mark.parametrize(
    ("properties", "text"),
    [
        ({BODY: "Plain.", HTML: b"<p>HTML.</p>"}, "Plain."),
        ({BODY: None, HTML: "<p>Señal</p><p>otra</p>".encode(), BODY_PAGE: 65001}, "Señal\n\notra"),
        ({BODY: None, HTML: "<p>Señal</p>".encode("cp1252")}, "Señal"),
        ({BODY: None, HTML: "<p>Señal</p>"}, "Señal"),
        ({BODY: Narrow("zażółć"), PAGE: 1250}, "zażółć"),
        ({BODY: None, RTF: compressed_rtf.compress(RICH)}, "El sello\né € 3, hoy\tm s"),
        (
            {BODY: None, RTF: compressed_rtf.compress(RICH, compressed=False)},
            "El sello\né € 3, hoy\tm s",
        ),
        ({BODY: "With a\x00zero\r\n"}, "With azero"),
        ({BODY: None}, ""),
    ],
)
def test_its_words_are_found_wherever_outlook_kept_them(
    properties: dict[int, Any], text: str
) -> None:
    page = "cp1250" if PAGE in properties else "cp1252"
    assert mails.read(msg(properties, page=page)).text == text


def test_html_wrapped_in_rtf_gives_its_words_once() -> None:
    wrapped = (
        rb"{\rtf1\ansi\fromhtml1 {\*\htmltag19 <html>}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 "
        rb"Uno{\*\htmltag84 <br>}\htmlrtf\line\htmlrtf0 dos\htmlrtf\par}\htmlrtf0 }"
    )
    assert of_rtf(wrapped).strip() == "Uno\ndos"


def test_rtf_that_is_too_long_or_damaged_is_said() -> None:
    packed = bytearray(compressed_rtf.compress(RICH))
    packed[20] ^= 0xFF
    for rich in (bytes(packed), b"x" * (outlook.LARGEST_RTF + 1), b"short"):
        with pytest.raises(BrokenMailError):
            mails.read(msg({BODY: None, RTF: rich}))


def test_a_mail_without_a_date_is_still_a_mail() -> None:
    assert mails.read(msg({made.CLIENT_SUBMIT: None})).sent_at is None
    delivered = {made.CLIENT_SUBMIT: None, made.DELIVERY: SENT}
    assert mails.read(msg(delivered)).sent_at == SENT


@pytest.mark.parametrize(
    ("properties", "sender"),
    [
        ({0x0042: None, 0x5D02: None, 0x0C1A: "Ana", 0x0C1F: "ana@b.example"}, "ana@b.example"),
        ({0x5D02: None, 0x0065: "/O=POLICE/CN=ANA", 0x007D: "From: A <a@b.example>\r\n\r\n"},
         "a@b.example"),
        ({0x5D02: None, 0x0065: "/O=POLICE/CN=ANA"}, ""),
        ({0x0042: None}, "r.ejemplo@policia.example"),
    ],
)  # fmt: skip
def test_who_sent_it_is_found_wherever_outlook_kept_it(
    properties: dict[int, Any], sender: str
) -> None:
    found = mails.read(msg(properties)).sender
    assert found.address == sender
    assert str(found)


def test_a_mail_within_a_mail_stays_a_mail() -> None:
    inner = made.message(
        {SUBJECT: "Dentro", BODY: "Inside: ñ."},
        recipients=[made.person("Señor", "s@b.example")],
        attachments=[made.attached("prueba.txt", b"Prueba.\n")],
        within=True,
    )
    mail = mails.read(msg(attachments=[{0x3001: "Dentro", 0x3705: 5, "mail": inner}]))
    (kept,) = mail.attachments
    assert kept.name == "Dentro.eml"
    again = mails.read(kept.content)
    assert (again.text, again.sent_at) == ("Inside: ñ.", SENT)
    assert str(again.sender) == "Capitán R. Ejemplo"
    assert [(each.name, each.content) for each in again.attachments] == [
        ("prueba.txt", b"Prueba.\n")
    ]


def test_a_mail_within_of_a_colleague_without_an_address_stays_a_mail() -> None:
    inner = made.message({0x0042: "Señal, Ana", 0x5D02: None}, within=True)
    (kept,) = mails.read(msg(attachments=[{"mail": inner}])).attachments
    assert b"El sello difiere." in kept.content


def test_mails_within_mails_have_an_end() -> None:
    tree = made.message(within=True)
    for _depth in range(outlook.DEEPEST):
        tree = made.message(attachments=[{"mail": tree}], within=True)
    (attachment,) = [each for name, each in tree.items() if name.startswith("__attach")]
    with pytest.raises(BrokenMailError):
        mails.read(msg(attachments=[{"mail": attachment["__substg1.0_3701000D"]}]))


@pytest.mark.parametrize(
    "content",
    [
        msg({CLASS: "IPM.Note.SMIME"}, attachments=[made.attached("smime.p7m", b"\x30\x82")]),
        msg(attachments=[made.attached("message.rpmsg", b"\x76\xe8")]),
        b"From: a@b.example\nContent-Type: application/pkcs7-mime\n\nMIIB",
        b"From: a@b.example\nContent-Type: multipart/encrypted; boundary=x\n\n--x\n\nv\n--x--\n",
    ],
)
def test_an_encrypted_mail_is_said_to_be_encrypted(content: bytes) -> None:
    with pytest.raises(EncryptedMailError):
        mails.read(content)


def test_a_signed_mail_is_read_as_what_was_signed() -> None:
    signed = EmailMessage()
    signed.set_content("Firmado.")
    signed.add_attachment(b"Informe.\n", maintype="text", subtype="plain", filename="informe.txt")
    whole = made.attached("smime.p7m", signed.as_bytes())
    mail = mails.read(msg({CLASS: "IPM.Note.SMIME.MultipartSigned", BODY: None},
                          attachments=[whole]))  # fmt: skip
    assert mail.text == "Firmado."
    assert [each.name for each in mail.attachments] == ["informe.txt"]


@pytest.mark.parametrize(
    "content",
    [
        made.compound({"WordDocument": b"x" * 5000}),
        msg({0x0042: None, 0x5D02: None}),
        msg({SUBJECT: None, BODY: None}),
    ],
)
def test_what_is_no_mail_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(UnreadableMailError) as problem:
        mails.read(content)
    assert type(problem.value) is UnreadableMailError


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_mail_that_was_cut_off_is_said_to_be_broken(part: float) -> None:
    content = msg(attachments=[made.attached("foto.jpg", bytes(50_000))])
    with pytest.raises(BrokenMailError):
        mails.read(content[: int(len(content) * part)])


def test_a_stream_that_ends_before_its_size_is_said_to_be_broken() -> None:
    content = bytearray(msg(attachments=[made.attached("foto.jpg", b"x" * 20_000)]))
    (row,) = (at for at in range(0, len(content), 128)
              if content[at : at + 40] == "__substg1.0_37010102".encode("utf-16-le"))  # fmt: skip
    (first,) = struct.unpack_from("<I", content, row + 116)
    (table,) = struct.unpack_from("<I", content, 76)
    struct.pack_into("<I", content, 512 * (table + 1) + 4 * (first + 3), 0x0FFFFFF0)
    with pytest.raises(BrokenMailError):
        mails.read(bytes(content))


def test_streams_that_lie_over_one_another_are_not_read() -> None:
    large = made.attached("foto.jpg", bytes(20_000))
    content = bytearray(msg(attachments=[large, {0x3707: "b", 0x3701: b"x" * 20_000}]))
    rows = [at for at in range(0, len(content), 128)
            if content[at : at + 40] == "__substg1.0_37010102".encode("utf-16-le")]  # fmt: skip
    assert len(rows) == 2
    content[rows[1] + 116 : rows[1] + 120] = content[rows[0] + 116 : rows[0] + 120]
    assert len(mails.read(bytes(content)).attachments) == 2  # within what the file has
    longer = bytearray(made.compound(made.message(
        attachments=[{0x3707: "a", 0x3701: b"x" * 20_000}] + [{0x3707: "b", 0x3701: b"y"}] * 20
    )))  # fmt: skip
    rows = [at for at in range(0, len(longer), 128)
            if longer[at : at + 40] == "__substg1.0_37010102".encode("utf-16-le")]  # fmt: skip
    for row in rows[1:]:
        longer[row + 116 : row + 128] = longer[rows[0] + 116 : rows[0] + 128]
    with pytest.raises(BrokenMailError):
        mails.read(bytes(longer))


def test_a_file_of_more_places_than_a_mail_has_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    content = msg()
    monkeypatch.setattr(compound, "MOST_PLACES", 3)
    with pytest.raises(BrokenMailError):
        mails.read(content)


WHOLE = msg(
    {BODY: None, RTF: compressed_rtf.compress(RICH)},
    recipients=[made.person("A", "a@b.example")],
    attachments=[made.attached("a", b"x" * 5000), {"mail": made.message(within=True)}],
)


@given(st.lists(st.tuples(st.integers(8, len(WHOLE) - 1), st.integers(0, 255)), max_size=12))
def test_no_changed_bytes_break_the_reader(changes: list[tuple[int, int]]) -> None:
    content = bytearray(WHOLE)
    for place, value in changes:
        content[place] = value
    with suppress(UnreadableMailError):
        mails.read(bytes(content))


@given(st.text(alphabet="{}\\'*\n09aupr-fontbl ;~", max_size=200), st.binary(max_size=60))
def test_no_rtf_breaks_the_reader(words: str, junk: bytes) -> None:
    of_rtf(words.encode())
    of_rtf(b"{\\rtf1" + junk)


def test_an_unknown_code_page_is_read_as_the_western_one() -> None:
    assert [page_of(each) for each in (0, 99999, 65001, 1251)] == [
        "cp1252", "cp1252", "utf-8", "cp1251"]  # fmt: skip
