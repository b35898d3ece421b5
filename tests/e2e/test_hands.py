"""By keyboard alone, and without JavaScript: the same work can be done (product.md section 8)."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.site import Site

SignIn = Callable[..., Page]


def test_an_offer_is_made_and_accepted_without_javascript(site: Site, signed_in: SignIn) -> None:
    ((reference,),) = site.sql("SELECT reference FROM cases_dossier WHERE title LIKE 'Société%%'")
    giver = signed_in("be-lo2-bog", java_script_enabled=False)
    giver.goto(f"/d/{reference}/hand-over")
    giver.locator("main label", has_text="A. Voorbeeld").first.click()
    for part in ("state", "promises", "deadline", "contacts", "risks"):
        field = giver.locator(f"[name=note_{part}]")
        field.fill(field.input_value() or "-")
        giver.locator(f"[name=read_{part}]").check()
    for box in giver.locator(".check [type=checkbox]").all():
        box.check()
    giver.locator("main button.button--primary").click()
    giver.wait_for_url(re.compile(r"/handovers/"))

    taker = signed_in("be-lo-bog", java_script_enabled=False)
    taker.goto(giver.url)
    taker.locator("form:has(input[value=accept]) button").click()
    taker.wait_for_url(re.compile(rf"/d/{reference}/"))
    ((handler,),) = site.sql(
        "SELECT p.name FROM cases_dossier d JOIN accounts_person p ON p.id = d.handler_id"
        " WHERE d.reference = %s",
        reference,
    )
    assert handler == "A. Voorbeeld"


def test_nothing_typed_is_lost_when_a_part_is_missing(site: Site, signed_in: SignIn) -> None:
    page = signed_in("be-lo-bog", java_script_enabled=False)
    page.goto("/dossiers/new")
    page.locator("[name=summary]").fill("Typed on a poor line.")
    page.locator("main form button.button--primary").click()
    expect(page.locator("[name=summary]")).to_have_value("Typed on a poor line.")
    expect(page.locator("[name=title]")).to_have_attribute("aria-invalid", "true")


def test_a_dossier_is_found_opened_and_noted_by_keyboard_alone(
    site: Site, signed_in: SignIn
) -> None:
    page = signed_in("nl-lo-tia")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/d/NL-TIA-"))
    page.keyboard.press("/")
    page.keyboard.type("chemicaliën")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search"))
    page.get_by_role("link", name=re.compile(r"NL-TIA-\d{4}-\d{5}")).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/d/NL-TIA-"))
    page.locator("form.composer textarea").focus()
    page.keyboard.type("By keyboard.")
    while not page.evaluate("document.activeElement.matches('form.composer button')"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("By keyboard.")


def test_the_first_tab_leads_past_the_frame(site: Site, signed_in: SignIn) -> None:
    page = signed_in("nl-lo-tia")
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
