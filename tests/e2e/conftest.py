"""A running site, and people in a real Chromium."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from lodesk.embedded.browser import chromium
from tests.e2e.site import PASSWORD, Site

# Playwright's loop stays in this thread; Django would refuse its ORM to every later test.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
expect.set_options(timeout=15_000)
DOMAIN = "lodesk.example"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser. In CI `make test` has refused to start without one."""
    for item in items:
        if "e2e" in item.nodeid.split("/"):
            item.add_marker(pytest.mark.browser)
            if chromium() is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, which may run as root in a test."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    return browser_type_launch_args | {"executable_path": chromium(), "args": arguments}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One running product for all these tests."""
    with Site(Path(tmp_path_factory.mktemp("site"))) as running:
        yield running


@pytest.fixture
def signed_in(site: Site, browser: Browser) -> Iterator[Callable[..., Page]]:
    """A browser of one's own, signed in as a demo person: `signed_in("be-lo-bog")`."""
    opened = []

    def sign_in(name: str, **options: Any) -> Page:
        context = browser.new_context(base_url=site.url, **options)
        opened.append(context)
        page = context.new_page()
        page.goto("/sign-in/")
        fill_sign_in(page, name)
        return page

    yield sign_in
    for context in opened:
        context.close()


def fill_sign_in(page: Page, name: str) -> None:
    """Sign in on the page of sign-in, and wait for the first page."""
    page.locator("#id_login").fill(f"{name}@{DOMAIN}")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
