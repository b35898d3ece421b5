"""manage.py verify_log: prove that no row of the log was changed, removed, moved or inserted."""

import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from lodesk.audit.models import Chain
from lodesk.audit.services import Anchor
from lodesk.audit.verify import Report, verify

FINDINGS_SHOWN = 20


class Command(BaseCommand):
    """Compute the chains again; exit code 1 and the rows by name when one does not stand."""

    help = "Verify the hash chains of the log. Needs the owner's login (LODESK_AS_OWNER=1)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One chain or all; an anchor belongs to one chain."""
        parser.add_argument("--chain", choices=Chain.values, help="only this chain")
        parser.add_argument(
            "--anchor",
            metavar="POSITION:HASH",
            help="from the daily mail: also prove that the history before it is the same",
        )

    def handle(self, *, chain: str | None, anchor: str | None, **_options: Any) -> None:
        """Verify, report, and fail when a chain does not stand."""
        if anchor and not chain:
            raise CommandError("An anchor belongs to one chain: name it with --chain.")
        _refuse_a_login_that_sees_nothing()
        kept = _read_anchor(anchor) if anchor else None
        reports = [verify(each, anchor=kept) for each in ([chain] if chain else Chain.values)]
        for report in reports:
            self._tell(report)
        if not all(report.sound for report in reports):
            raise CommandError("The log does not stand.", returncode=1)

    def _tell(self, report: Report) -> None:
        state = "unbroken" if report.sound else f"{report.faults} FAULTS"
        erased = f", {report.erased} with erased text" if report.erased else ""
        end = f" to {report.last}" if report.rows else ""
        self.stdout.write(f"{report.chain}: {report.rows} rows{erased}{end}: {state}")
        for finding in report.findings[:FINDINGS_SHOWN]:
            self.stdout.write(f"  {finding}")
        if report.faults > FINDINGS_SHOWN:
            self.stdout.write(f"  and {report.faults - FINDINGS_SHOWN} more")
        if report.waiting_since:
            self.stderr.write(
                f"{report.chain}: warning: rows wait for the sealer since"
                f" {report.waiting_since.isoformat()}. Do beat and worker run?"
            )


def _refuse_a_login_that_sees_nothing() -> None:
    """Under row security an empty log would look like a sound one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_security_active('audit_logrow')")
        (limited,) = cursor.fetchone()
    if limited:
        raise CommandError("This login does not see the whole log: set LODESK_AS_OWNER=1.")


def _read_anchor(text: str) -> Anchor:
    if not re.fullmatch(r"[1-9][0-9]{0,17}:[0-9a-f]{64}", text):
        raise CommandError("An anchor looks like 4211:3f9a…, with 64 digits and letters a to f.")
    position, digest = text.split(":")
    return Anchor(int(position), digest)
