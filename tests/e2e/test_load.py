"""Twenty people at once: no error, nothing lost, and everything proves sound afterwards."""

from pathlib import Path

import pytest

from tests.bench import load
from tests.e2e.site import Shape, Site

pytestmark = pytest.mark.soak
SECONDS = 45


@pytest.mark.parametrize(
    "shape",
    [Shape(workers=4, threads=2, pool=4, drawn=400), Shape(workers=1, threads=4, drawn=400)],
    ids=["four processes and a pool", "one process"],
)
def test_twenty_people_lose_nothing(tmp_path: Path, shape: Shape) -> None:
    with Site(tmp_path, shape) as site:
        outcome = load.work(site, load.signed_in(site), seconds=SECONDS, pause=0.5)
        assert outcome.errors == []
        assert outcome.lost == 0
        # People have written, not only read; acceptances are too few in a minute to be sure of.
        assert {"notes", "changes", "offers"} <= set(outcome.done)
        site.manage("verify_border")
        site.manage("verify_log")
        assert "Internal Server Error" not in site.log_of("site")
        assert "Traceback" not in site.log_of("worker")
