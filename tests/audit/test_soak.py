"""A long log: sealed and verified, and what was done to it is named. How fast: `make bench`."""

import pytest

from lodesk import audit
from lodesk.audit.verify import Fault, verify
from tests.audit.chains import tamper, write_many

ROWS = 50_000

pytestmark = [pytest.mark.soak, pytest.mark.django_db]


def test_what_was_done_to_a_long_log_is_named() -> None:
    write_many(ROWS)
    while audit.seal():
        pass
    report = verify("BE")
    assert (report.rows, report.sound) == (ROWS, True)

    tamper("UPDATE audit_logrow SET actor = 7 WHERE position = 31415")
    tamper("DELETE FROM audit_logrow WHERE position = 27182")
    assert [(each.position, each.fault) for each in verify("BE").findings] == [
        (27182, Fault.REMOVED),
        (31415, Fault.CHANGED),
    ]
