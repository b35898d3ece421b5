"""docs/performance.md and its plots, from the figures of a run."""

import math
import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.readers import LARGE, READERS

Figures = dict[str, Any]
A_ROW = 0.6  # milliseconds above the empty page that a row may cost
FLAT, NEAR, FASTER = 1.3, 5, 50  # what the product promises: see the head of each table


def write(sizes: list[Figures], folder: Path) -> None:
    """Write the page and its plots."""
    plots = folder / "img"
    (plots / "list-statement.svg").write_text(_statement_plot(sizes[-1]))
    (plots / "pages-by-size.svg").write_text(_pages_plot(sizes))
    (folder / "performance.md").write_text("\n".join(_page(sizes)) + "\n")


def _page(sizes: list[Figures]) -> Iterable[str]:
    yield "# Performance"
    yield ""
    yield (
        f"{measured('sizes')} Times are medians in milliseconds; what is compared is measured in"
        " turns. Twenty people at once: performance-load.md; the log: performance-log.md; one large"
        " dossier: performance-one-dossier.md."
    )
    yield from _sizes(sizes)


def measured(part: str) -> str:
    """How and when a page was measured, and where."""
    return (
        f'Measured by `make bench ARGS="--only {part}"` on {datetime.now(UTC):%d %B %Y}:'
        f" {machine()}. PostgreSQL, site and whoever asks share that machine. Nothing here is"
        " edited by hand."
    )


def machine() -> str:
    """The machine that measured, in words."""
    cores = len(os.sched_getaffinity(0))
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return f"{cores} cores ({model}), Python {platform.python_version()}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    """Lines of a table: the first column of words, the others of numbers."""
    yield ""
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join('---' if not place else '--:' for place in range(len(head)))}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


# Sizes ------------------------------------------------------------------------------------


def _sizes(sizes: list[Figures]) -> Iterable[str]:
    first, last = sizes[0], sizes[-1]
    most = f"{last['size']:,}"
    yield ""
    yield "## The border, at the largest size"
    yield ""
    yield (
        f"The statement behind the first page of the list by date, at {most} dossiers, with all its"
        " columns: through both walls; without any border, with an index by date made for it; and"
        " with guardian's own"
        " `get_objects_for_user`, over its direct-foreign-key tables (the same rows of grants) and"
        f" over its generic ones. Wanted: at most {NEAR} x the borderless one; for readers of much,"
        f" {FASTER} x faster than guardian's."
    )
    yield from table(
        ["reader", "both walls", "no border", "x", "guardian, direct", "x slower",
         "guardian, generic", "x slower", "count to 100"],
        (_statement_row(reader, last) for reader in READERS),
    )  # fmt: skip
    yield "![The list statement for five readers](img/list-statement.svg)"
    yield ""
    yield "## Pages, from a small network to a large one"
    yield ""
    yield (
        "Whole requests in one process, without the network. The empty page is a signed-in page"
        " without a list, the counts of the frame included. Wanted: the largest size at most"
        f" {FLAT} x the smallest, and at most {A_ROW} ms above the empty page for each row shown."
    )
    for reader in READERS:
        yield ""
        yield f"**Reader of {reader.sees}** (`{reader.person}`)"
        heads = [f"{each['size']:,}" for each in sizes]
        yield from table(
            ["page", *heads, "x", "rows", "ms a row"], _page_rows(reader.key, sizes)
        )  # fmt: skip
    yield "![Pages by size](img/pages-by-size.svg)"
    yield ""
    yield "## Acts"
    yield ""
    yield "Whole requests: opening a dossier, offering it, accepting it."
    yield from table(
        ["act", *(f"{each['size']:,}" for each in sizes), "x"],
        (
            [name, *(f"{each['acts'][name]:.0f}" for each in sizes), _times(name, first, last)]
            for name in last["acts"]
        ),
    )
    yield "## Drawing a network"
    yield ""
    drawn = ", ".join(f"{each['size']:,} in {each['drawn in']:.0f} s" for each in sizes)
    yield f"`manage.py demo_data --dossiers N --seed 1`: {drawn}."


def _times(name: str, first: Figures, last: Figures) -> str:
    return f"{last['acts'][name] / first['acts'][name]:.2f}"


def _statement_row(reader: Any, last: Figures) -> list[str]:
    found = last["statements"][reader.key]
    ours, bare = found["border"], found["no border"]
    large = reader.key in LARGE

    def slower(name: str) -> str:
        times = found[name] / ours
        return f"{times:.0f}" if large else f"({times:.0f})"

    return [
        f"{reader.sees}",
        f"{ours:.2f}",
        f"{bare:.2f}",
        f"{ours / bare:.1f}",
        f"{found['guardian direct']:.0f}",
        slower("guardian direct"),
        f"{found['guardian generic']:.0f}",
        slower("guardian generic"),
        f"{found['count to 100']:.2f}",
    ]


def _page_rows(reader: str, sizes: list[Figures]) -> Iterable[list[str]]:
    last = sizes[-1]
    for name in last["pages"][reader]:
        times = [each["pages"][reader].get(name) for each in sizes]
        rows = [each["shown"][reader].get(name, 0) for each in sizes]
        above = last["pages"][reader][name] - last["pages"][reader]["empty"]
        ratio = f"{times[-1] / times[0]:.2f}" if times[0] else ""
        yield [
            name,
            *(f"{each:.1f}" if each else "" for each in times),
            ratio if rows[0] == rows[-1] else f"({ratio})",
            " / ".join(str(each) for each in dict.fromkeys(rows)) if any(rows) else "",
            f"{above / rows[-1]:.2f}" if rows[-1] else "",
        ]


# Plots ------------------------------------------------------------------------------------

INK, PAPER = "#1d232b", "#fbfaf7"
COLOURS = {"both walls": "#1f3a6e", "no border": "#9aa3ad", "guardian, direct": "#b9722d",
           "guardian, generic": "#7d4a1c"}  # fmt: skip
NAMES = {"both walls": "border", "no border": "no border", "guardian, direct": "guardian direct",
         "guardian, generic": "guardian generic"}  # fmt: skip
WIDTH, LEFT, RIGHT = 760, 150, 70


def _statement_plot(last: Figures) -> str:
    """Bars on a scale of tens: what is a hundred times longer is two steps longer."""
    low, high = 0.1, 1000.0

    def along(value: float) -> float:
        share = math.log10(max(value, low) / low) / math.log10(high / low)
        return share * (WIDTH - LEFT - RIGHT)

    parts, y = [], 56
    for reader in READERS:
        parts.append(_text(LEFT - 10, y + 31, reader.sees, anchor="end"))
        for name, colour in COLOURS.items():
            value = last["statements"][reader.key][NAMES[name]]
            parts.append(
                f'<rect x="{LEFT}" y="{y}" width="{along(value):.1f}" height="12" fill="{colour}"/>'
            )
            parts.append(_text(LEFT + along(value) + 5, y + 10, f"{value:.3g}", size=11))
            y += 14
        y += 12
    for power in range(-1, 4):
        x = LEFT + along(10.0**power)
        parts.insert(0, f'<path d="M{x:.1f} 48V{y}" stroke="{INK}" stroke-opacity=".15"/>')
        parts.append(_text(x, y + 16, f"{10.0**power:g} ms", anchor="middle", size=11))
    title = f"First page of the list by date at {last['size']:,} dossiers, ms (each step is x 10)"
    return _svg(y + 28, title, [*_legend(COLOURS), *parts])


def _pages_plot(sizes: list[Figures]) -> str:
    """For each reader and page the times at each size, side by side."""
    shades = dict(zip((f"{each['size']:,}" for each in sizes), ("#9fb2d6", "#5874ad", "#1f3a6e"),
                      strict=False))  # fmt: skip
    pages = ("worklist", "list by due", "list by date", "dossier", "who can see this")
    top = max(each["pages"][r.key][p] for each in sizes for r in READERS for p in pages)
    parts, y = [], 56
    for page in pages:
        parts.append(_text(12, y + 10, page, weight="600"))
        y += 18
        for reader in READERS:
            parts.append(_text(LEFT - 10, y + 15, reader.sees, anchor="end", size=11))
            values = [each["pages"][reader.key][page] for each in sizes]
            widths = [value / top * (WIDTH - LEFT - RIGHT) for value in values]
            for wide, colour in zip(widths, shades.values(), strict=False):
                parts.append(
                    f'<rect x="{LEFT}" y="{y}" width="{wide:.1f}" height="7" fill="{colour}"/>'
                )
                y += 8
            parts.append(_text(LEFT + max(widths) + 6, y - 8, f"{values[-1]:.0f}", size=11))
            y += 5
        y += 6
    title = "Whole pages, ms, by the number of dossiers"
    return _svg(y + 8, title, [*_legend(shades), *parts])


def _legend(colours: dict[str, str]) -> Iterable[str]:
    x = 12
    for name, colour in colours.items():
        yield f'<rect x="{x}" y="30" width="11" height="11" fill="{colour}"/>'
        yield _text(x + 16, 40, name, size=12)
        x += 32 + 7 * len(name)


def _text(
    x: float, y: float, words: str, *, anchor: str = "start", size: int = 12, weight: str = "400"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"'
        f' font-weight="{weight}" fill="{INK}">{words}</text>'
    )


def _svg(height: int, title: str, parts: Iterable[str]) -> str:
    body = "\n".join([_text(12, 18, title, size=13, weight="600"), *parts])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
        f' height="{height}" font-family="Source Sans 3, system-ui, sans-serif" role="img"'
        f' aria-label="{title}">\n<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>\n'
        f"{body}\n</svg>\n"
    )
