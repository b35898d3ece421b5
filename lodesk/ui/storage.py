"""Static files in production: hashed and compressed names, and one style sheet instead of thirty.

The source keeps one file per component and `main.css` imports them; every import would be another
round trip of 600 ms on a satellite line, so `collectstatic` writes them into one file.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

BUNDLE = "css/main.css"
_IMPORT = r'@import url\("{}"\) layer\({}\);\s*'
_IMPORTS = re.compile(
    _IMPORT.format('[^"]+', "(?P<layer>[a-z]+)")
    + "(?:"
    + _IMPORT.format('[^"]+', "(?P=layer)")
    + ")*"
)
_PATH = re.compile(r'url\("([^"]+)"\)')
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"\s+")
_AROUND = re.compile(r"\s*([{};,>])\s*|(:) ")


class BundledManifestStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Whitenoise's storage with `main.css` and what it imports in one file."""

    # Django's own patterns for modules stumble over comments in other people's scripts: ours only.
    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        (
            "js/*.js",
            ((r"""(?P<matched>from "(?P<url>[^"]+)")""", 'from "%(url)s"'),),
        ),
    )

    def post_process(
        self, paths: dict[str, Any], *args: Any, **options: Any
    ) -> Iterator[tuple[str, str | None, bool | Exception]]:
        """Write the bundle over the collected `main.css`, then hash and compress as always."""
        if BUNDLE in paths and not options.get("dry_run"):
            # From its source: what was collected before is a bundle already, of older files.
            source, path = paths[BUNDLE]
            with source.open(path) as file:
                imports = file.read().decode()
            text = bundle(imports, read=lambda name: self._read(f"css/{name}"))
            self.delete(BUNDLE)
            self._save(BUNDLE, ContentFile(text.encode()))
            paths[BUNDLE] = (self, BUNDLE)  # what is hashed is the bundle, not its source
        yield from super().post_process(paths, *args, **options)

    def _read(self, name: str) -> str:
        with self.open(name) as file:
            return str(file.read().decode())


def bundle(source: str, *, read: Callable[[str], str]) -> str:
    """Put imported files in place of their imports, each run of one layer in that layer."""

    def inlined(match: re.Match[str]) -> str:
        files = "".join(read(path) for path in _PATH.findall(match[0]))
        return f"@layer {match['layer']} {{ {files} }}"

    return small(_IMPORTS.sub(inlined, source))


def small(css: str) -> str:
    """Leave out comments and spaces no browser needs."""
    return _AROUND.sub(r"\1\2", _SPACE.sub(" ", _COMMENT.sub("", css))).replace(";}", "}").strip()
