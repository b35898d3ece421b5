"""How long things take: medians of many turns, taken in turns with what they are compared to."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping

Times = dict[str, float]  # milliseconds


def medians(work: Mapping[str, Callable[[], object]], *, turns: int) -> Times:
    """Milliseconds of each, interleaved, so that a slow moment of the machine meets them all."""
    taken: dict[str, list[float]] = {name: [] for name in work}
    for each in work.values():
        each()
    gc.collect()
    gc.disable()
    try:
        for _turn in range(turns):
            for name, each in work.items():
                begun = time.perf_counter()
                each()
                taken[name].append((time.perf_counter() - begun) * 1000)
    finally:
        gc.enable()
    return {name: statistics.median(values) for name, values in taken.items()}
