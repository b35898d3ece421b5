"""All processes of the check: one that measures, some that try, and the table at the end."""

import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Sequence

import pytest

from tests.mutants import choice, kept, report
from tests.mutants.equivalent import EQUIVALENT
from tests.mutants.kept import NOTICED, Result
from tests.mutants.mutant import Mutant
from tests.mutants.trying import MEASURE, OPTIONS, Trying

FEW = 100  # mutants for which it does not pay to measure first what each test touches


def everything(options: Namespace, environment: dict[str, str]) -> int:
    """Try what is asked for in processes of their own, and tell; the exit code."""
    chosen = _chosen(options)
    if options.list:
        sys.stdout.write("".join(f"{mutant.name}\n" for mutant in chosen))
        return 0
    if options.fresh:
        kept.forget()
    begun, left = time.monotonic(), len(_to_try(chosen, options))
    if left > FEW:
        _run([MEASURE], environment)
    jobs = min(options.jobs, left)
    _run([f"{number}/{jobs}" for number in range(jobs)], environment)
    return report.tell(chosen, kept.results(), seconds=time.monotonic() - begun)


def part(options: Namespace) -> int:
    """One of these processes: measure, or try every so-manieth mutant."""

    def choose() -> Sequence[Mutant]:
        number, _, of = options.part.partition("/")
        mine = _chosen(options)[int(number) :: int(of)]
        return _to_try(mine, options)

    trying = Trying(options.part, choose, _tell, options.patience)
    code = pytest.main(OPTIONS, plugins=[trying])
    return 0 if code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) else int(code)


def _chosen(options: Namespace) -> list[Mutant]:
    found = choice.mutants(options.only)
    return choice.sample(found, options.sample, options.seed) if options.sample else found


def _to_try(chosen: Sequence[Mutant], options: Namespace) -> list[Mutant]:
    known = kept.results()
    left = [
        mutant
        for mutant in chosen
        if (options.equivalent or mutant.name not in EQUIVALENT)
        and not (mutant.name in known and known[mutant.name].still_holds(mutant))
    ]
    # What was missed before is the slowest to try again, and the least likely to be noticed.
    return sorted(left, key=lambda mutant: mutant.name in known)


def _run(parts: Sequence[str], environment: dict[str, str]) -> None:
    words = [word for word in sys.argv[1:] if word != "--fresh"]
    command = [sys.executable, "-m", "tests.mutants", *words, "--part"]
    running = [subprocess.Popen([*command, part], env=environment) for part in parts]
    try:
        failed = [each.args for each in running if each.wait()]
    except BaseException:
        for each in running:
            each.terminate()
        raise
    if failed:
        raise SystemExit(f"could not go on: {failed}")


def _tell(result: Result) -> None:
    kept.keep(result)
    if result.outcome != NOTICED or sys.stdout.isatty():
        sys.stdout.write(f"{result.outcome} in {result.seconds:.1f} s: {result.name}\n")
        sys.stdout.flush()
