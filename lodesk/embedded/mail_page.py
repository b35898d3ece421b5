"""The page that shows the caught mails of a demo: a list, and one mail as HTML beside its text."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from functools import partial
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from lodesk.embedded.mail import parse

PAGES = Path(__file__).with_name("pages")
MAIL_PATH = re.compile(r"/mail/(\d{8}T\d{12})(/html|\.eml)?")
SHOWN = 500
POLICY = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'"
# A mail may bring its own styles, and nothing else: no script, no picture, no form.
# A link may be followed, in a new window: the site refuses to be shown in a frame.
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
MAIL_POLICY = (
    f"sandbox {SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
)


@dataclass(frozen=True)
class Kept:
    """A mail as it lies in the folder."""

    name: str
    message: EmailMessage
    raw: bytes

    @property
    def recipients(self) -> str:
        """Whom it was really for."""
        return str(self.message["X-Caught-For"] or self.message["To"] or "")

    @property
    def at(self) -> str:
        """When it arrived, in this machine's time."""
        caught = datetime.fromisoformat(str(self.message["X-Caught-At"]).strip())
        return f"{caught.astimezone():%a %d %b, %H:%M:%S}"

    def part(self, kind: str) -> str | None:
        """The text of the HTML or the plain part."""
        found = self.message.get_body(preferencelist=(kind,))
        return None if found is None else str(found.get_content())


def serve_page(folder: Path, port: int) -> ThreadingHTTPServer:
    """Serve the page on 127.0.0.1 in a thread of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, folder))
    Thread(target=server.serve_forever, daemon=True).start()
    return server


def list_page(folder: Path) -> str:
    """All mails, newest first."""
    kept = [_load(file) for file in sorted(folder.glob("*.eml"), reverse=True)[:SHOWN]]
    rows = "".join(
        f'<tr><td>{escape(mail.at)}</td><td>{escape(mail.recipients)}</td><td><a href="/mail/'
        f'{mail.name}">{escape(_subject(mail))}</a></td></tr>'
        for mail in kept
    )
    return _page("list.html", count=str(len(kept)), rows=rows or _row("No mail yet."))


def mail_page(folder: Path, name: str) -> str | None:
    """One mail: as the reader sees it, and its plain-text part."""
    file = folder / f"{name}.eml"
    if not file.is_file():
        return None
    mail = _load(file)
    if mail.part("html") is None:
        shown = "<p class=note>This mail has no HTML part.</p>"
    else:
        shown = (
            f'<iframe sandbox="{SANDBOX}" src="/mail/{name}/html" title="The HTML part"></iframe>'
        )
    plain = mail.part("plain")
    return _page(
        "mail.html",
        name=name,
        subject=escape(_subject(mail)),
        sender=escape(str(mail.message["From"] or "")),
        recipients=escape(mail.recipients),
        at=escape(mail.at),
        shown=shown,
        plain="<p class=note>No plain part.</p>"
        if plain is None
        else f"<pre>{escape(plain)}</pre>",
        headers="".join(
            f"<dt>{escape(key)}</dt><dd>{escape(str(value))}</dd>"
            for key, value in mail.message.items()
        ),
    )


def html_part(file: Path) -> str:
    """The HTML part, told to open its links elsewhere."""
    html = _load(file).part("html") or ""
    head = re.search(r"<head\b[^>]*>", html, re.IGNORECASE)
    at = head.end() if head else 0
    return f'{html[:at]}<base target="_blank">{html[at:]}'


class _Handler(BaseHTTPRequestHandler):
    """GET only, three kinds of pages and the style sheet."""

    server_version = "MailCatcher"

    def __init__(self, folder: Path, *arguments: object) -> None:
        self.folder = folder
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answer."""
        if self.path == "/style.css":
            self._answer((PAGES / "style.css").read_bytes(), "text/css; charset=utf-8")
        elif self.path == "/":
            self._answer(list_page(self.folder).encode())
        else:
            self._mail()

    def _mail(self) -> None:
        match = MAIL_PATH.fullmatch(self.path)
        file = self.folder / f"{match[1]}.eml" if match else None
        if match is None or file is None or not file.is_file():
            self._answer(_page("missing.html").encode(), status=HTTPStatus.NOT_FOUND)
        elif match[2] == ".eml":
            self._answer(file.read_bytes(), "text/plain; charset=utf-8", policy=MAIL_POLICY)
        elif match[2] == "/html":
            self._answer(html_part(file).encode(), policy=MAIL_POLICY)
        else:
            self._answer((mail_page(self.folder, match[1]) or "").encode())

    def _answer(
        self,
        body: bytes,
        kind: str = "text/html; charset=utf-8",
        *,
        status: HTTPStatus = HTTPStatus.OK,
        policy: str = POLICY,
    ) -> None:
        self.send_response(status)
        for name, value in (
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", policy),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the library's
        """Say nothing: this is one of several voices in the terminal."""


def _load(file: Path) -> Kept:
    raw = file.read_bytes()
    return Kept(file.stem, parse(raw), raw)


def _subject(mail: Kept) -> str:
    return str(mail.message["Subject"] or "(no subject)")


def _row(words: str) -> str:
    return f'<tr><td colspan="3" class="note">{escape(words)}</td></tr>'


def _page(template: str, **values: str) -> str:
    text = (PAGES / template).read_text(encoding="utf-8")
    return re.sub(r"\[\[(\w+)\]\]", lambda found: values[found[1]], text)
