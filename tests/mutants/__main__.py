"""Loosen the border in one place at a time, and see the suite notice: see the package's words."""

import argparse
import os
import sys

import django

from lodesk.embedded.testing import ensure_test_servers

ARGUMENTS = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
ARGUMENTS.add_argument("--only", default="", help="mutants whose name holds this text")
ARGUMENTS.add_argument("--list", action="store_true", help="say what would be loosened")
ARGUMENTS.add_argument("--sample", type=int, default=0, help="so many, drawn")
ARGUMENTS.add_argument("--seed", type=int, default=1, help="the same draw for the same seed")
ARGUMENTS.add_argument("--fresh", action="store_true", help="forget earlier results")
ARGUMENTS.add_argument("--equivalent", action="store_true", help="try what is argued, too")
ARGUMENTS.add_argument("--jobs", type=int, default=2, help="processes at once")
ARGUMENTS.add_argument("--patience", type=float, default=1e9, help="seconds of tests to ask")
ARGUMENTS.add_argument("--part", default="", help=argparse.SUPPRESS)  # a process of --jobs
STATIC = "django.contrib.staticfiles.storage.StaticFilesStorage"


def main() -> int:
    """Exit code 0: every mutant was noticed, or is argued."""
    options = ARGUMENTS.parse_args()
    environment = dict(os.environ)
    os.environ["DJANGO_SETTINGS_MODULE"] = "lodesk.settings"
    os.environ["LODESK_STATIC_STORAGE"] = STATIC  # as tests/conftest.py, which comes too late
    if options.part:
        ensure_test_servers()
    else:  # models and settings are enough to say what can be loosened
        nowhere = {"DATABASE_URL": "postgresql:///", "LODESK_SECRET_KEY": "only-to-list" * 6}
        os.environ.update(nowhere)
    django.setup()
    from tests.mutants import running  # noqa: PLC0415 - needs Django

    return running.part(options) if options.part else running.everything(options, environment)


if __name__ == "__main__":
    sys.exit(main())
