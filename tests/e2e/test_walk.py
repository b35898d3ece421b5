"""The main job, end to end, as its people do it: Chromium, gunicorn, a worker, real SMTP.

A Belgian dossier is opened at the joint desk; nobody of another country finds it; it is handed to
the Dutch officer under a mandate of Belgian headquarters; the mandate ends.
"""

import re
from collections.abc import Callable

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.site import Site

TITLE = "Reefer with two customs seals, Posorja–Antwerp"
SignIn = Callable[..., Page]


@pytest.fixture
def reference(site: Site, signed_in: SignIn) -> str:
    """A dossier that be-lo-bog has just opened."""
    page = signed_in("be-lo-bog")
    page.goto("/dossiers/new")
    page.fill("[name=title]", TITLE)
    page.fill("[name=summary]", "Which of the two seals was on the container at gate-in?")
    page.select_option("[name=kind]", "incoming_request")
    page.select_option("[name=host_country]", "EC")
    page.select_option("[name=purpose]", "investigation")
    page.locator("main form button.button--primary").click()
    page.wait_for_url(re.compile(r"/d/BE-BOG-\d{4}-\d{5}/$"))
    return page.url.rstrip("/").rpartition("/")[2]


def test_a_dossier_crosses_the_border_under_a_mandate_and_comes_back(
    site: Site, signed_in: SignIn, reference: str
) -> None:
    belgian, dutch = signed_in("be-lo-bog"), signed_in("nl-lo-bog")
    site.catcher.clear()

    _sees_no_trace(dutch, reference)
    _offers(belgian, reference, to="J. Modaal")
    _sees_no_trace(dutch, reference)  # the mandate is not given yet

    coordinator = signed_in("be-coordinator")
    _gives_the_mandate(coordinator, reference)
    mail = _mail_about(site, reference, to="nl-lo-bog@lodesk.example")
    assert TITLE not in mail
    _accepts(dutch, mail)
    _writes_an_entry(dutch, reference, "The terminal says: EC 004417.")

    headquarters = signed_in("be-hq")
    headquarters.goto(f"/d/{reference}/access")
    expect(headquarters.locator("main")).to_contain_text("J. Modaal")
    expect(headquarters.locator("main")).to_contain_text(re.compile(r"BE-M-\d{4}-\d{3}"))

    site.catcher.clear()
    _mandate_ends_now(site, reference)
    assert dutch.goto(f"/d/{reference}/").status == 404  # in that second; no job has run for it
    told = _mail_about(site, reference, to="be-lo-bog@lodesk.example")
    assert TITLE not in told
    ended = _mail_about(site, reference, to="nl-lo-bog@lodesk.example")
    assert f"/d/{reference}" not in ended
    _sees_no_trace(dutch, reference, but_the_notice=True)


def _sees_no_trace(page: Page, reference: str, *, but_the_notice: bool = False) -> None:
    assert page.goto(f"/d/{reference}/").status == 404
    assert reference not in page.content()
    places = ["/", "/dossiers/", "/handovers/", "/search?q=customs+seals"]
    if not but_the_notice:
        places.append("/alerts/")
    for place in places:
        assert page.goto(place).status == 200
        assert TITLE not in page.content()
        assert reference not in page.content()


def _offers(page: Page, reference: str, *, to: str) -> None:
    page.goto(f"/d/{reference}/hand-over")
    page.locator("main label", has_text=to).first.click()
    expect(page.get_by_role("radio", name=re.compile(re.escape(to)))).to_be_checked()
    for part in ("state", "promises", "deadline", "contacts", "risks"):
        field = page.locator(f"[name=note_{part}]")
        if not field.input_value().strip():
            field.fill("None.")
        page.locator(f"[name=read_{part}]").check()
    for box in page.locator(".check [type=checkbox]").all():
        box.check()
    page.locator("main button.button--primary").click()
    page.wait_for_url(re.compile(r"/(handovers|d)/"))
    expect(page.locator("main")).not_to_contain_text("Traceback")


def _gives_the_mandate(page: Page, reference: str) -> None:
    page.goto("/")
    page.locator("main").get_by_role("link", name=reference).first.click()
    page.wait_for_url(re.compile(r"/mandates/"))
    page.locator("form:has(input[value=give]) button.button--primary").click()
    page.wait_for_load_state()
    expect(page.locator("form:has(input[value=give])")).to_have_count(0)


def _accepts(page: Page, mail: str) -> None:
    link = re.search(r"https?://\S+/handovers/\S+", mail)
    assert link is not None, mail
    page.goto(link[0])
    page.locator("form:has(input[value=accept]) button").click()
    page.wait_for_url(re.compile(r"/d/"))


def _writes_an_entry(page: Page, reference: str, text: str) -> None:
    page.goto(f"/d/{reference}/")
    page.locator("form.composer textarea").fill(text)
    page.locator("form.composer button.button--primary").click()
    expect(page.locator("main")).to_contain_text(text)


def _mail_about(site: Site, reference: str, *, to: str) -> str:
    """The plain text of the mail, as SMTP delivered it."""
    for _attempt in range(60):
        for caught in site.catcher.messages:
            if to in caught.recipients and reference in caught.message["Subject"]:
                plain = caught.message.get_body(preferencelist=("plain",))
                assert plain is not None
                return str(plain.get_content())
        site.catcher.wait_for(len(site.catcher.messages) + 1, seconds=1)
    raise AssertionError(f"no mail to {to} about {reference}:\n{site.log_of('worker')[-2000:]}")


def _mandate_ends_now(site: Site, reference: str) -> None:
    """Let the time of the mandate pass: nobody may change its dates, so the test moves them."""
    with psycopg.connect(site.owner_url, autocommit=True) as server, server.transaction():
        server.execute("ALTER TABLE cases_mandate DISABLE TRIGGER mandate_changes")
        server.execute(
            "UPDATE cases_mandate SET ends_at = now() FROM cases_dossier d"
            " WHERE d.id = dossier_id AND d.reference = %s",
            [reference],
        )
        server.execute("ALTER TABLE cases_mandate ENABLE TRIGGER mandate_changes")
