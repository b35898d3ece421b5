"""The table at the end."""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence

from tests.mutants.equivalent import EQUIVALENT
from tests.mutants.kept import BROKEN, MISSED, NOTICED, Result
from tests.mutants.mutant import Mutant

SHOWN = 12


def tell(chosen: Sequence[Mutant], results: Mapping[str, Result], *, seconds: float) -> int:
    """Write what became of the chosen mutants; 1 when any was missed, not tried or broken."""
    argued = [mutant for mutant in chosen if mutant.name in EQUIVALENT]
    counted = [mutant for mutant in chosen if mutant.name not in EQUIVALENT]
    outcome = {mutant.name: _outcome(mutant, results) for mutant in counted}
    _kinds(counted, outcome)
    _who_noticed([results[name] for name, found in outcome.items() if found == NOTICED])
    for title, wanted in (("Missed", MISSED), ("Cannot be tried", BROKEN), ("Not tried", "")):
        _names(title, [name for name, found in outcome.items() if found == wanted], results)
    if argued:
        _say(f"\nArgued, nobody could notice: {len(argued)}")
        for mutant in argued:
            _say(f"  {mutant.name}\n      {EQUIVALENT[mutant.name]}")
    noticed = sum(found == NOTICED for found in outcome.values())
    _say(f"\n{noticed} of {len(counted)} noticed, {len(argued)} argued, in {seconds / 60:.1f} min")
    return int(noticed < len(counted))


def _outcome(mutant: Mutant, results: Mapping[str, Result]) -> str:
    result = results.get(mutant.name)
    return result.outcome if result and result.fingerprint == mutant.fingerprint else ""


def _kinds(counted: Sequence[Mutant], outcome: Mapping[str, str]) -> None:
    every = Counter(mutant.kind for mutant in counted)
    noticed = Counter(each.kind for each in counted if outcome[each.name] == NOTICED)
    _say(f"{'what was loosened':<20} {'mutants':>8} {'noticed':>8}")
    for kind, number in sorted(every.items()):
        _say(f"{kind:<20} {number:>8} {noticed[kind]:>8}")


def _who_noticed(found: Sequence[Result]) -> None:
    files = Counter(result.by.split("::")[0] for result in found)
    _say("\nnoticed first by")
    for name, number in files.most_common(SHOWN):
        _say(f"{number:>6}  {name}")
    if len(files) > SHOWN:
        _say(f"{sum(files.values()) - sum(n for _, n in files.most_common(SHOWN)):>6}  others")


def _names(title: str, names: Sequence[str], results: Mapping[str, Result]) -> None:
    if names:
        _say(f"\n{title}: {len(names)}")
        for name in names:
            why = results[name].by if name in results else ""
            _say(f"  {name}" + (f"\n      {why}" if why else ""))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
