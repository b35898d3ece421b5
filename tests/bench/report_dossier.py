"""docs/performance-one-dossier.md, from the figures of a run."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.report import machine, table

OPENS = 1.5  # times the small one that the large one may take to open


def write(figures: dict[str, Any], folder: Path) -> None:
    """Write the page."""
    (folder / "performance-one-dossier.md").write_text("\n".join(_page(figures)) + "\n")


def _page(figures: dict[str, Any]) -> Iterable[str]:
    small, large = (_size(figures["sizes"][name]) for name in ("small", "large"))
    yield "# One dossier, small and large"
    yield ""
    yield (
        f'Measured by `make bench ARGS="--only dossier"` on {datetime.now(UTC):%d %B %Y}:'
        f" {machine()}. Whole requests in one process, medians in milliseconds, measured in turns:"
        f" small has {small}; large has {large}. Wanted of the page of the dossier: at most"
        f" {OPENS} x. Nothing here is edited by hand."
    )
    yield from table(
        ["page", "small", "large", "x"],
        (
            [page, f"{ms['small']:.1f}", f"{ms['large']:.1f}", f"{ms['large'] / ms['small']:.2f}"]
            for page, ms in figures["pages"].items()
        ),
    )
    yield (
        "The dossier shows its newest 20 entries, 8 documents and 20 parties, and asks for the rest"
        " in pieces; the page of documents shows 50, the page of people and objects all of them."
    )
    yield ""
    yield "Seconds the worker takes to make an export:"
    yield from table(
        ["export", "small", "large"],
        (
            [form, f"{taken['small']:.2f}", f"{taken['large']:.2f}"]
            for form, taken in figures["exports"].items()
        ),
    )


def _size(counts: list[int]) -> str:
    entries, documents, parties = counts
    return f"{entries:,} entries, {documents} documents and {parties} parties"
