"""The collected style sheet."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import StaticFilesStorage

from lodesk.ui.storage import BUNDLE, BundledManifestStaticFilesStorage


def test_a_changed_component_reaches_the_bundle_when_it_is_collected_again(tmp_path: Path) -> None:
    source = StaticFilesStorage(location=tmp_path / "source", base_url=settings.STATIC_URL)
    target = BundledManifestStaticFilesStorage(
        location=tmp_path / "target", base_url=settings.STATIC_URL
    )
    for colour in ("red", "blue"):
        for folder in ("source", "target"):
            _write(tmp_path / folder / "css/one.css", f"a {{ color: {colour} }}")
        _write(tmp_path / "source" / BUNDLE, '@import url("one.css") layer(elements);')
        if colour == "red":
            _write(tmp_path / "target" / BUNDLE, '@import url("one.css") layer(elements);')
        paths: dict[str, Any] = {"css/one.css": (source, "css/one.css"), BUNDLE: (source, BUNDLE)}
        assert not [
            done for *_names, done in target.post_process(paths) if done not in (True, False)
        ]
        assert f"color:{colour}" in (tmp_path / "target" / BUNDLE).read_text()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
