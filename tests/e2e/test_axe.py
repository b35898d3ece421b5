"""axe finds nothing: every page, light and dark; in the soak also in every language."""

from collections import defaultdict
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.conftest import fill_sign_in
from tests.e2e.places import Place, places
from tests.e2e.site import Site

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
# The dark page is the same document in other colours: what knows no colours was asked in light.
RULES = {
    "light": {"runOnly": TAGS, "resultTypes": ["violations"]},
    "dark": {"runOnly": {"type": "rule", "values": COLOURS}, "resultTypes": ["violations"]},
}
NARROW = {"width": 360, "height": 800}


def test_axe_finds_nothing_on_any_page(site: Site, browser: Browser) -> None:
    found = list(_findings(site, browser, language="en"))
    assert not found, "\n".join(found)


@pytest.mark.soak
@pytest.mark.parametrize("language", ["nl", "fr", "de"])
def test_axe_finds_nothing_in_any_language(site: Site, browser: Browser, language: str) -> None:
    found = list(_findings(site, browser, language=language))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_page_scrolls_sideways_at_360_pixels(
    site: Site, browser: Browser, language: str
) -> None:
    wide = []
    for page, place in _walk(site, browser, language=language, viewport=NARROW):
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > NARROW["width"]:
            wide.append(f"{place.path}: {width}")
    assert not wide


def _findings(site: Site, browser: Browser, *, language: str) -> Iterator[str]:
    axe = Axe()
    for page, place in _walk(site, browser, language=language, reduced_motion="reduce"):
        for theme, rules in RULES.items():
            page.emulate_media(color_scheme=theme)
            for each in axe.run(page, options=rules).response["violations"]:
                nodes = "; ".join(node["html"][:160] for node in each["nodes"][:3])
                yield f"{place.path} ({theme}, {language}): {each['id']}: {each['help']}: {nodes}"


def _walk(
    site: Site, browser: Browser, *, language: str, **options: object
) -> Iterator[tuple[Page, Place]]:
    """Every page, asked for by who may open it, and the page of sign-in."""
    by_person = defaultdict(list)
    for place in places(site):
        by_person[place.person].append(place)
    for person, theirs in by_person.items():
        context: BrowserContext = browser.new_context(base_url=site.url, locale=language, **options)
        page = context.new_page()
        page.goto("/sign-in/")
        yield page, Place("account_login", "/sign-in/", "")
        fill_sign_in(page, person)
        _speak(site, person, language)
        for place in theirs:
            page.goto(place.path)
            yield page, place
        context.close()


def _speak(site: Site, person: str, language: str) -> None:
    site.sql(
        "UPDATE accounts_user SET language = %s WHERE email = %s",
        language,
        f"{person}@lodesk.example",
    )
