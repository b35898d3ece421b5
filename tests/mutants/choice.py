"""All mutants together, and a part of them."""

import random
from collections.abc import Sequence

from tests.mutants import border, rights, wall
from tests.mutants.mutant import Mutant, numbered


def mutants(only: str = "") -> list[Mutant]:
    """Every mutant there is, or those whose name holds a text, in the order of the files."""
    found = numbered((*border.mutants(), *rights.mutants(), *wall.mutants()))
    return [mutant for mutant in found if only.lower() in mutant.name.lower()]


def sample(found: Sequence[Mutant], number: int, seed: int) -> list[Mutant]:
    """So many of them, the same for the same seed."""
    chosen = random.Random(seed).sample(list(found), min(number, len(found)))  # noqa: S311
    return sorted(chosen, key=found.index)
