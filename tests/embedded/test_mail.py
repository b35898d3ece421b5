"""The mail catcher takes real mail, shows it, and misbehaves when told to."""

import smtplib
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from lodesk.embedded.mail import MailCatcher
from lodesk.embedded.mail_page import serve_page


@pytest.fixture
def catcher() -> Iterator[MailCatcher]:
    """On a free port."""
    with MailCatcher() as found:
        yield found


def mail(subject: str = "BE-BOG-2026-00051: offered to you") -> EmailMessage:
    """A mail as LO Desk sends it: plain and HTML."""
    message = EmailMessage()
    message["From"] = "LO Desk <alerts@lodesk.example>"
    message["To"] = "j.modaal@politie.example"
    message["Subject"] = subject
    message.set_content("Plain: Bogotá\n")
    message.add_alternative("<p>HTML: <b>Bogotá</b></p>", subtype="html")
    return message


def send(port: int, message: EmailMessage, *to: str) -> None:
    """Hand a mail in, as Django does."""
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
        client.send_message(message, to_addrs=to or None)


def test_a_mail_arrives_with_its_envelope_and_both_parts(catcher: MailCatcher) -> None:
    send(catcher.port, mail("Zoë"), "hidden@lodesk.example")
    caught = catcher.messages[0]
    assert caught.recipients == ("hidden@lodesk.example",)
    assert caught.sender == "alerts@lodesk.example"
    assert caught.message["Subject"] == "Zoë"
    plain = caught.message.get_body(("plain",))
    assert plain is not None
    assert "Bogotá" in plain.get_content()
    assert catcher.url == f"smtp://127.0.0.1:{catcher.port}"


@pytest.mark.parametrize("code", [421, 451, 550])
def test_it_refuses_while_told_to(catcher: MailCatcher, code: int) -> None:
    catcher.refuse(True, code=code)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(catcher.port, mail())
    assert refused.value.recipients["j.modaal@politie.example"][0] == code
    catcher.refuse(False)
    send(catcher.port, mail())
    assert len(catcher.messages) == 1


def test_it_refuses_one_person_and_takes_the_others(catcher: MailCatcher) -> None:
    catcher.refuse(True, code=550, to=frozenset({"gone@lodesk.example"}))
    send(catcher.port, mail(), "gone@lodesk.example", "here@lodesk.example")
    assert catcher.messages[0].recipients == ("here@lodesk.example",)


def test_it_takes_its_time(catcher: MailCatcher) -> None:
    catcher.delay(0.3)
    begun = time.monotonic()
    send(catcher.port, mail())
    assert time.monotonic() - begun > 0.3


def test_it_hangs_up_after_the_mail_so_the_sender_cannot_know(catcher: MailCatcher) -> None:
    catcher.drop_after_data(True)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(catcher.port, mail())
    assert len(catcher.messages) == 1


def test_it_goes_away_and_comes_back_at_the_same_port(catcher: MailCatcher) -> None:
    port = catcher.port
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
        catcher.stop()
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
            client.send_message(mail())
    with pytest.raises(ConnectionRefusedError):
        send(port, mail())
    catcher.start()
    send(port, mail())
    assert catcher.port == port
    assert len(catcher.wait_for(1)) == 1


def test_clear_forgets_mails_and_manners(catcher: MailCatcher) -> None:
    send(catcher.port, mail())
    catcher.refuse(True)
    catcher.clear()
    assert catcher.messages == []
    send(catcher.port, mail())


def test_waiting_in_vain_ends(catcher: MailCatcher) -> None:
    assert catcher.wait_for(1, seconds=0.1) == []


def test_it_listens_to_this_machine_only(catcher: MailCatcher) -> None:
    with socket.create_connection(("127.0.0.1", catcher.port)) as door:
        assert door.getpeername()[0] == "127.0.0.1"
    assert catcher.url.startswith("smtp://127.0.0.1:")


@pytest.fixture
def page(tmp_path: Path) -> Iterator[str]:
    """The address of the page, with one mail kept."""
    with MailCatcher(folder=tmp_path) as catcher:
        send(catcher.port, mail("<b>Offered</b>"), "hidden@lodesk.example")
    server = serve_page(tmp_path, 0)
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def read(url: str) -> tuple[str, str]:
    """A page and its content security policy."""
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own page
        return answer.read().decode(), answer.headers["Content-Security-Policy"]


def first_mail(page: str) -> str:
    """The address of the newest mail."""
    return page + read(page + "/")[0].split('href="/mail/')[1].split('"')[0].join(["/mail/", ""])


def test_the_list_shows_who_what_and_when(page: str) -> None:
    shown, policy = read(page + "/")
    assert "hidden@lodesk.example" in shown
    assert "&lt;b&gt;Offered&lt;/b&gt;" in shown
    assert "script" not in policy


def test_a_mail_is_shown_as_the_reader_sees_it_beside_its_plain_part(page: str) -> None:
    shown, _ = read(first_mail(page))
    assert "As the reader sees it" in shown
    assert '<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" src=' in shown
    assert "Plain: Bogotá" in shown


def test_the_html_part_may_not_do_anything(page: str) -> None:
    shown, policy = read(first_mail(page) + "/html")
    assert "<b>Bogotá</b>" in shown
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy


@pytest.mark.parametrize("path", ["/mail/../secret", "/mail/20260101T000000000000", "/etc/passwd"])
def test_nothing_else_is_served(page: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as missing:
        read(page + path)
    assert missing.value.code == 404
    missing.value.close()
