"""docs/performance-load.md, -log.md and -alerts.md, from the figures of a run."""

from collections.abc import Iterable
from pathlib import Path

from tests.bench.report import Figures, measured, table


def write_load(load: Figures, folder: Path) -> None:
    """Write what twenty people at once saw, on each shape of the site."""
    (folder / "performance-load.md").write_text("\n".join(_load(load)) + "\n")


def write_log(log: Figures, folder: Path) -> None:
    """Write how long the log takes to seal and to verify."""
    (folder / "performance-log.md").write_text("\n".join(_log(log)) + "\n")


def write_alerts(latency: Figures, folder: Path) -> None:
    """Write how long a mail takes from the commit of the act to the mail server."""
    (folder / "performance-alerts.md").write_text("\n".join(_alerts(latency)) + "\n")


def _load(load: Figures) -> Iterable[str]:
    minutes = next(iter(load.values()))["thinking"]["seconds"] / 60
    yield "# Twenty people at once"
    yield ""
    yield f"{measured('load')} Times are in milliseconds."
    yield ""
    yield (
        f"Real gunicorn, worker with beat, Valkey and SMTP; a drawn network of 100,000 dossiers;"
        f" twenty people at three desks and two headquarters who read and write for {minutes:.0f}"
        " minutes with 1.5 to 4.5 seconds between clicks, then a minute without a pause. The"
        " driver runs on the same two cores. Lost: changes and notes that were answered with"
        " success and are not in the database. `verify_border` and `verify_log` ran clean"
        " afterwards, or there would be no figures."
    )
    yield from table(
        ["site", "requests", "median", "95 %", "errors", "lost", "requests a second, no pause"],
        (_load_row(name, each) for name, each in load.items()),
    )
    yield "What was done (taken, and refused with a reason because somebody else was first):"
    for name, each in load.items():
        done = ", ".join(
            f"{count} {what}" for what, count in sorted(each["thinking"]["done"].items())
        )
        yield f"* {name}: {done}."
    yield ""
    yield "Memory of each process in MB (proportional set size):"
    for name, each in load.items():
        memory = ", ".join(f"{what} {size}" for what, size in each["thinking"]["memory"].items())
        yield f"* {name}: {memory}."


def _load_row(name: str, found: Figures) -> list[str]:
    thinking, hurried = found["thinking"], found["hurried"]
    return [
        name,
        f"{thinking['requests']:,}",
        f"{thinking['median']:.0f}",
        f"{thinking['late']:.0f}",
        f"{len(thinking['errors']) + len(hurried['errors'])}",
        f"{thinking['lost'] + hurried['lost']}",
        f"{hurried['requests'] / hurried['seconds']:.0f}",
    ]


def _log(log: Figures) -> Iterable[str]:
    yield "# The log"
    yield ""
    yield measured("log")
    yield ""
    yield (
        f"{log['rows']:,.0f} rows of one chain: sealed in {log['sealing']:.0f} s, verified in"
        f" {log['verifying']:.0f} s; a changed row was then named."
    )


def _alerts(latency: Figures) -> Iterable[str]:
    yield "# From an act to the mail server"
    yield ""
    yield measured("latency")
    yield ""
    yield (
        f"{latency['acts']:,.0f} acts at {latency['a second']:.0f} a second, each told to one"
        " person by mail; a real worker with beat, Valkey, PostgreSQL and SMTP, and whoever acts,"
        f" on the same cores. From commit to SMTP: median {latency['median']:.2f} s, 99 % within"
        f" {latency['late']:.2f} s, the longest {latency['longest']:.2f} s; {latency['mails']:,.0f}"
        " mails, one for each act. Wanted: median under 1 s, 99 % under 5 s."
    )
