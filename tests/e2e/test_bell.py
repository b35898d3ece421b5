"""The bell of a page that stays open, and of one nobody looks at."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.site import Site

SignIn = Callable[..., Page]
LOOKED_AT = """hidden => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_page_that_stays_open_shows_what_has_come_and_a_hidden_one_does_not_ask(
    site: Site, signed_in: SignIn
) -> None:
    page = signed_in("lu-coordinator")
    page.clock.install()
    page.goto("/help/")
    asked: list[int] = []
    page.on("response", lambda answer: "unread" in answer.url and asked.append(answer.status))
    bell = page.locator(".top-line__bell")
    before = int(bell.get_attribute("data-tag") or "0")
    with page.expect_response(re.compile("/alerts/unread")):
        page.clock.run_for(61_000)
    assert asked == [304]

    page.evaluate(LOOKED_AT, True)
    page.clock.run_for(600_000)
    assert asked == [304]

    site.sql(
        "INSERT INTO alerts_alert (id, event, subject_id, reference, owner, recipient_id, facts,"
        " because, path, survives_access, unique_key, created_at)"
        " SELECT gen_random_uuid(), 'access.ended', NULL, 'LU-BOG-2026-00001', 'LU',"
        " person_ptr_id, '{}', 'had_access', '', true, 'access.ended:bell', now()"
        " FROM accounts_user WHERE email LIKE 'lu-coordinator@%%'"
    )
    bell.focus()
    with page.expect_response(re.compile("/alerts/unread")):
        page.evaluate(LOOKED_AT, False)
        page.clock.run_for(1_000)
    expect(bell).to_have_attribute("data-tag", str(before + 1))
    expect(bell).to_contain_text(str(before + 1))
    expect(bell).to_be_focused()
    assert asked == [304, 200]
