"""`make bench`: draw, measure, load, and write docs/performance*.md.

make bench                                 everything, about half an hour and 9 GB of disk
make bench ARGS="--sizes 1000 100000"      other sizes
make bench ARGS="--minutes 1"              a shorter load; 0 leaves it out
make bench ARGS="--only report"            write the report again from the last figures
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lodesk.embedded.console import say
from lodesk.embedded.places import REPOSITORY
from lodesk.embedded.prepare import compile_catalogues
from tests.bench import load, report, report_dossier, report_load
from tests.bench.stock import Stock, results
from tests.e2e.site import Shape, Site

SHAPES = {
    "1 process": Shape(workers=1),
    "4 processes of 2 threads, pool of 2": Shape(workers=4, threads=2, pool=2),
}

WRITES = {
    "sizes": report.write,
    "load": report_load.write_load,
    "log": report_load.write_log,
    "latency": report_load.write_alerts,
    "dossier": report_dossier.write,
}


def main(arguments: list[str]) -> int:
    """Measure what is asked for, and write the report."""
    asked = _asked(arguments)
    stock = Stock.opened()
    try:
        environment = stock.environment("lodesk", owner=True)
        compile_catalogues(environment, stock.servers.places.state / "prepare.log")
        stock.manage("lodesk", "collectstatic", "--no-input", "--verbosity=0")
        known = results(stock.servers.places)
        figures: dict[str, Any] = json.loads(known.read_text()) if known.is_file() else {}
        if asked.only == "drawing":
            for size in asked.sizes:
                stock.ensure(size)
        if asked.only in ("", "sizes"):
            figures["sizes"] = [_measured(stock, size, asked.turns) for size in asked.sizes]
        if asked.only in ("", "load") and asked.minutes:
            figures["load"] = _loaded(stock, asked.loaded, asked.minutes * 60)
        if asked.only in ("", "log"):
            figures["log"] = _alone(stock, "log")
        if asked.only in ("", "latency"):
            figures["latency"] = _alone(stock, "latency")
        if asked.only in ("", "dossier"):
            figures["dossier"] = _alone(stock, "dossier")
        known.write_text(json.dumps(figures, indent=1))
        _written(figures, asked.only)
    finally:
        stock.close()
    return 0


def _written(figures: dict[str, Any], only: str) -> None:
    """Each part has a page of its own, so that one can be measured without the others."""
    docs = REPOSITORY / "docs"
    for part, write in WRITES.items():
        if part in figures and only in ("", "report", part):
            write(figures[part], docs)


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--turns", type=int, default=40, help="times each page is asked for")
    parser.add_argument("--minutes", type=float, default=10, help="of load, for each shape")
    parser.add_argument("--loaded", type=int, default=100_000, help="dossiers under load")
    parts = ["drawing", "sizes", "load", "log", "latency", "dossier", "report"]
    parser.add_argument("--only", choices=parts, default="")
    return parser.parse_args(arguments)


def _measured(stock: Stock, size: int, turns: int) -> dict[str, Any]:
    seconds = stock.ensure(size)
    copy = "bench_measured"
    stock.copy(stock.name(size), copy)
    stock.index_by_date(copy)
    say(f"  measuring at {size:,} dossiers …")
    try:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "tests.bench.measure", str(size), str(turns)],
            cwd=REPOSITORY,
            env=stock.environment(copy),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    finally:
        stock.drop(copy)
    found: dict[str, Any] = json.loads(done.stdout)
    return found | {"drawn in": seconds}


def _loaded(stock: Stock, size: int, seconds: float) -> dict[str, Any]:
    """Twenty people on each shape of the site, thinking and then without a pause."""
    stock.ensure(size)
    os.environ |= stock.environment(stock.name(size))
    found = {}
    for name, shape in SHAPES.items():
        say(f"  twenty people, {name} …")
        served = Shape(shape.workers, shape.threads, shape.pool, template=stock.name(size))
        with tempfile.TemporaryDirectory() as folder, Site(Path(folder), served) as site:
            people = load.signed_in(site)
            thinking = load.work(site, people, seconds=seconds, pause=3.0)
            hurried = load.work(site, people, seconds=min(60, seconds), pause=0.0)
            site.manage("verify_border")
            site.manage("verify_log")
        found[name] = {"thinking": asdict(thinking), "hurried": asdict(hurried)}
    return found


def _alone(stock: Stock, part: str) -> dict[str, Any]:
    """What measures itself in an empty database: log rows, mails, or one large dossier."""
    name = f"bench_{part}"
    stock.fresh(name)
    try:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", f"tests.bench.{part}"],
            cwd=REPOSITORY,
            env=stock.environment(name, owner=True),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    finally:
        stock.drop(name)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
