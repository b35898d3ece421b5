"""Whose mail fails for good: for the people administrator, without a word of what it was about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import Person

_REFUSED = re.compile(r"SMTPRecipientsRefused (5\d\d)")


@dataclass(frozen=True)
class Failing:
    """One person to whom mail fails in one way, since the last mail that arrived."""

    person: str
    kind: str
    failures: int
    since: datetime


def failing(country: str) -> Sequence[Failing]:
    """Those of a country, the longest first.

    `alerts_failures` in sql/10_alerts.sql asks again whether the reader is its administrator.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT person, kind, since, failures FROM alerts_failures()")
        rows = cursor.fetchall()
    people = Person.objects.filter(country=country).in_bulk({person for person, *_rest in rows})
    found = [
        Failing(people[person].name, _in_words(kind), failures, since)
        for person, kind, since, failures in rows
        if person in people
    ]
    return sorted(found, key=lambda each: (each.since, each.person, each.kind))


def _in_words(kind: str) -> str:
    refused = _REFUSED.fullmatch(kind)
    if refused:
        return _("The mail server refuses the address (%(code)s).") % {"code": refused[1]}
    if kind.startswith("SMTP"):
        return _("The mail server did not take the mail for a day.")
    return _("The mail could not be handed over for a day.")
