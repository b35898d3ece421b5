"""A package in Chromium: asked for, made by the worker while the page watches, downloaded."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.site import Site

SignIn = Callable[..., Page]


def test_a_package_is_made_while_the_page_watches(
    site: Site, signed_in: SignIn, tmp_path: Path
) -> None:
    site.sql("DELETE FROM cases_export")  # one is made at a time: not behind what others left
    ((reference,),) = site.sql(
        "SELECT reference FROM cases_dossier WHERE title LIKE 'Cocaine in%%'"
    )
    page = signed_in("nl-lo-bog")
    page.goto(f"/d/{reference}/")
    # By name, not by word: other tests let this person read in other languages.
    page.locator("a[href$='/exports']").click()
    page.locator("input[name=form][value=package]").check()
    page.locator("textarea[name=reason]").fill("For the file of the magistrate.")
    page.locator("main form button").click()
    button = page.locator("#progress form button")
    expect(button).to_be_visible(timeout=30_000)  # nobody has reloaded the page
    with page.expect_download() as waiting:
        button.click()
    kept = tmp_path / "package.zip"
    waiting.value.save_as(kept)
    assert waiting.value.suggested_filename.startswith(reference)
    with zipfile.ZipFile(kept) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert len(manifest["files"]) > 2  # with documents
        for each in manifest["files"]:
            assert hashlib.sha256(archive.read(each["path"])).hexdigest() == each["sha256"]
        assert archive.read("dossier.pdf").startswith(b"%PDF")
    page.locator("text=SHA-256").wait_for()
    assert hashlib.sha256(kept.read_bytes()).hexdigest() in page.content()
