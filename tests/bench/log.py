"""A million rows of the log: sealed, verified, and found out when one is changed."""

import json
import sys
import time

import django

django.setup()

from django.db import connection  # noqa: E402

from lodesk import audit  # noqa: E402
from lodesk.audit.verify import verify  # noqa: E402
from tests.audit.chains import tamper, write_many  # noqa: E402

ROWS = 1_000_000
CHANGED = 314_159


def main() -> dict[str, float]:
    """Seconds of each part."""
    write_many(ROWS)
    begun = time.monotonic()
    while audit.seal():
        pass
    sealed = time.monotonic()
    report = verify("BE")
    verified = time.monotonic()
    tamper(f"UPDATE audit_logrow SET actor = 7 WHERE position = {CHANGED}")
    found = [finding.position for finding in verify("BE").findings]
    connection.close()
    if not report.sound or report.rows != ROWS or found != [CHANGED]:
        raise SystemExit(f"the log is not as it should be: {report.rows} rows, {found}")
    return {"rows": ROWS, "sealing": sealed - begun, "verifying": verified - sealed}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()))
