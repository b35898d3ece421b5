"""Files over a poor line: progress, a line that drops halfway, and nothing typed is lost."""

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import CDPSession, Locator, Page, expect

from tests.e2e.site import Site
from tests.files.samples import JPEG, PDF

SignIn = Callable[..., Page]
LINE = 250_000  # bytes a second upwards
PHOTOGRAPHS = 4
EACH = 600_000  # bytes
PART_OF_IT = re.compile(r"^\d+ kB van 600 kB$")


def photographs(folder: Path) -> list[Path]:
    """A batch of photographs that no line carries at once."""
    made = []
    for number in range(PHOTOGRAPHS):
        path = folder / f"seal_{number}.jpg"
        path.write_bytes(JPEG[:-2] + os.urandom(EACH) + JPEG[-2:])
        made.append(path)
    return made


def throttled(page: Page) -> CDPSession:
    """A line of so many bytes a second, which can be cut."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    _line(session, offline=False)
    return session


def _line(session: CDPSession, *, offline: bool) -> None:
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": offline, "latency": 60, "downloadThroughput": LINE, "uploadThroughput": LINE},
    )


def dossier_of(site: Site) -> str:
    """A dossier of the Belgian officer, who reads Dutch."""
    ((reference,),) = site.sql("SELECT reference FROM cases_dossier WHERE title LIKE 'Koelcont%%'")
    return str(reference)


def rows(page: Page) -> Locator:
    """The files in the form."""
    return page.locator("[data-list] > li")


def test_a_batch_goes_on_where_it_stopped_when_the_line_drops_halfway(
    site: Site, signed_in: SignIn, tmp_path: Path
) -> None:
    page, reference = signed_in("be-lo-bog"), dossier_of(site)
    page.goto(f"/d/{reference}/")
    line, files = throttled(page), photographs(tmp_path)
    page.locator("form.composer textarea").fill("Typed while the line was poor.")
    page.locator("form.composer input[type=file]").set_input_files(files)
    expect(rows(page)).to_have_count(PHOTOGRAPHS)
    second = rows(page).nth(1)
    # The second is on its way, and some of it is there.
    expect(second.locator("[data-state]")).to_have_text(PART_OF_IT)
    _line(line, offline=True)
    expect(second.locator("[data-problem]")).to_contain_text("De verbinding is weg")
    expect(second.locator("[data-state]")).to_have_text(PART_OF_IT)
    expect(page.locator("form.composer textarea")).to_have_value("Typed while the line was poor.")
    page.locator("form.composer [data-act]").click()  # waits for the files
    expect(page.locator("[data-hold]")).to_be_visible()
    taken = _received(site)
    assert 0 < taken < PHOTOGRAPHS * EACH

    _line(line, offline=False)
    expect(page.locator("article.entry").first).to_contain_text("Typed while", timeout=25_000)
    expect(page.locator("article.entry").first.locator("a[href^='/documents/']")).to_have_count(
        PHOTOGRAPHS
    )
    kept = site.sql(
        "SELECT v.file_name, v.sha256 FROM cases_documentversion v JOIN cases_document m"
        " ON m.id = v.document_id JOIN cases_dossier d ON d.id = m.dossier_id"
        " WHERE d.reference = %s AND v.file_name LIKE 'seal!_%%' ESCAPE '!'",
        reference,
    )
    assert dict(kept) == {
        each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in files
    }


def _received(site: Site) -> int:
    ((count,),) = site.sql("SELECT coalesce(sum(received), 0) FROM cases_upload")
    return int(count)


def test_every_file_says_what_is_wrong_with_it_and_the_others_are_added(
    site: Site, signed_in: SignIn
) -> None:
    page, reference = signed_in("be-lo-bog"), dossier_of(site)
    page.goto(f"/d/{reference}/documents")
    page.locator("input[type=file]").set_input_files(
        [
            {"name": "bill_of_lading.pdf", "mimeType": "application/pdf", "buffer": PDF},
            {"name": "tool.pdf", "mimeType": "application/pdf", "buffer": b"MZ" + b"\0" * 99},
            {"name": "empty.pdf", "mimeType": "application/pdf", "buffer": b""},
            {"name": "unwanted.pdf", "mimeType": "application/pdf", "buffer": PDF + b"\n"},
        ]
    )
    expect(rows(page).nth(1).locator("[data-problem]")).to_contain_text("Het is een programma")
    expect(rows(page).nth(2).locator("[data-problem]")).to_contain_text("Het bestand is leeg")
    expect(rows(page).nth(3)).to_have_attribute("data-arrived", "")
    rows(page).nth(3).locator("[type=checkbox]").click()
    expect(rows(page)).to_have_count(3)
    title = rows(page).nth(0).get_by_label("Titel")
    expect(title).to_have_value("bill of lading")
    title.fill("Bill of lading, corrected")
    page.locator("main form button:not([type])").click()
    expect(page.locator(".message")).to_contain_text("1 document toegevoegd.")
    expect(page.locator("table.documents")).to_contain_text("Bill of lading, corrected")


def test_files_are_dropped_on_the_note(site: Site, signed_in: SignIn) -> None:
    page = signed_in("be-lo-bog")
    page.goto(f"/d/{dossier_of(site)}/")
    dropped = page.evaluate_handle(
        "() => { const data = new DataTransfer();"
        " data.items.add(new File(['Seen at berth 2.'], 'berth.txt')); return data; }"
    )
    page.locator("form.composer textarea").dispatch_event("drop", {"dataTransfer": dropped})
    expect(rows(page).first.locator("[data-state]")).to_have_text("16 B, tekst")


def test_a_document_is_downloaded_and_is_what_was_added(site: Site, signed_in: SignIn) -> None:
    page = signed_in("nl-lo-bog")
    ((reference,),) = site.sql(
        "SELECT reference FROM cases_dossier WHERE title LIKE 'Cocaine in%%'"
    )
    page.goto(f"/d/{reference}/")
    page.get_by_role("link", name="Bill of lading, version 2").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download version 2").click()
    assert download.value.suggested_filename == f"{reference}-Bill-of-lading-v2.pdf"
    content = Path(download.value.path()).read_bytes()
    assert hashlib.sha256(content).hexdigest() in page.content()


def test_without_javascript_files_go_with_the_form(site: Site, signed_in: SignIn) -> None:
    page, reference = signed_in("be-lo-bog", java_script_enabled=False), dossier_of(site)
    page.goto(f"/d/{reference}/documents")
    page.locator("input[type=file]").set_input_files(
        [{"name": "plain form.pdf", "mimeType": "application/pdf", "buffer": PDF + b"\n\n"}]
    )
    page.locator("main form button:not([type])").click()
    expect(page.locator("table.documents")).to_contain_text("plain form")
