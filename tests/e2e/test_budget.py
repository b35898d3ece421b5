"""Bytes over the wire, requests, and a layout that does not jump (look.md, Budgets)."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.conftest import fill_sign_in
from tests.e2e.places import places
from tests.e2e.site import Site

FIRST_VISIT = 120_000  # bytes
NEXT_PAGE = 15_000  # bytes
LAYOUT_SHIFT = 0.01  # the score of a page that does not visibly jump


class Meter:
    """Counts what a page loads, as it came over the wire."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.urls: dict[str, str] = {}
        self.bytes: dict[str, float] = {}
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.responseReceived", self._received)
        session.on("Network.loadingFinished", self._finished)

    def clear(self) -> None:
        """Count from here."""
        self.urls.clear()
        self.bytes.clear()

    @property
    def total(self) -> float:
        """Bytes, headers included."""
        return sum(self.bytes.values())

    @property
    def requests(self) -> list[str]:
        """What came over the wire; what the browser had kept did not."""
        return [self.urls[each] for each, size in self.bytes.items() if size]

    def _received(self, event: dict[str, Any]) -> None:
        self.urls[event["requestId"]] = event["response"]["url"]

    def _finished(self, event: dict[str, Any]) -> None:
        self.bytes[event["requestId"]] = event["encodedDataLength"]


@pytest.fixture
def metered(site: Site, browser: Browser) -> Any:
    """A page with an empty cache and its meter."""
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    yield page, Meter(context, page)
    context.close()


def test_the_first_visit_and_every_further_page_keep_their_budget(
    site: Site, metered: tuple[Page, Meter]
) -> None:
    page, meter = metered
    page.goto("/sign-in/", wait_until="networkidle")
    assert meter.total <= FIRST_VISIT, meter.bytes
    first = meter.total
    meter.clear()
    fill_sign_in(page, "nl-lo-bog")
    page.wait_for_load_state("networkidle")
    assert first + meter.total <= FIRST_VISIT

    over = []
    for place in places(site):
        if place.person != "nl-lo-bog":
            continue
        meter.clear()
        page.goto(place.path, wait_until="networkidle")
        pages = [url for url in meter.requests if not url.endswith(".woff2")]
        if meter.total > NEXT_PAGE or len(pages) > 1:
            over.append((place.path, meter.total, pages))
    assert not over


def test_no_request_leaves_the_site(site: Site, metered: tuple[Page, Meter]) -> None:
    page, meter = metered
    page.goto("/sign-in/")
    fill_sign_in(page, "nl-lo-bog")
    for place in places(site):
        page.goto(place.path)
    elsewhere = {urlsplit(url).netloc for url in meter.urls.values()} - {urlsplit(site.url).netloc}
    assert not elsewhere - {""}


def test_no_page_jumps_while_it_loads(site: Site, metered: tuple[Page, Meter]) -> None:
    page, _meter = metered
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => { for (const e of list.getEntries())"
        " if (!e.hadRecentInput) window.shift += e.value; })"
        ".observe({type: 'layout-shift', buffered: true});"
    )
    page.goto("/sign-in/")
    fill_sign_in(page, "nl-lo-bog")
    for place in places(site):
        if place.person == "nl-lo-bog":
            page.goto(place.path, wait_until="networkidle")
            assert page.evaluate("window.shift") <= LAYOUT_SHIFT, place.path
