"""Writing the log, sealing it, and saying how far it is sealed.

Plain SQL: the application may insert some columns and read nothing back, and this module is
imported before the models are (house.md section 2, trap 1).
"""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from lodesk.audit.origin import current_origin

OWN_CHAIN: Final = ""  # the chain of the person's own country; of operations for the system
OPERATIONS: Final = "OPS"
ROWS_A_TURN: Final = 20_000

_INSERT = (
    "INSERT INTO audit_logrow (id, chain, actor, action, target, target_id, reference, mandate,"
    " ip, agent, facts, why, personal)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


def log(
    *,
    by: int | None,
    action: str,
    chain: str,
    target: str = "",
    target_id: uuid.UUID | None = None,
    reference: str = "",
    mandate: str = "",
    why: str = "",
    facts: Mapping[str, Any] | None = None,
    personal: str = "",
) -> None:
    """Write one act into a chain, in the transaction of the act itself.

    `chain` is the owner country of what was acted on, OWN_CHAIN for what concerns nobody's
    dossier. The database refuses any `by` but the acting person, sets the moment and the
    person's country, and writes the row of a joint act into the chain of that country (person,
    time, kind and mandate number only; product.md section 7).

    What a person typed, names and titles belong in `why` (the reason given) and `personal`:
    both can be erased. `facts` stays for good: codes, numbers, dates, never text of people.
    """
    origin = current_origin()
    encoded = json.dumps(dict(facts or {}), cls=DjangoJSONEncoder)
    act = (uuid.uuid4(), chain, by, action, target, target_id, reference, mandate)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, (*act, origin.ip, origin.agent, encoded, why, personal))


REFERENCE = re.compile(r"\b([A-Z]{2})-[A-Z0-9]{1,3}-\d{4}-\d+", re.IGNORECASE)


def without_references(text: str, *, keep: str) -> str:
    """The text without references of other countries: the own chain does not tell of them."""
    return REFERENCE.sub(
        lambda found: found[0] if found[1].upper() == keep else f"{found[1].upper()}-…", text
    )


def seal(*, max_rows: int = ROWS_A_TURN) -> int:
    """Link rows that are not linked yet, at most so many per chain; say how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_seal(%s)", [max_rows])
        (sealed,) = cursor.fetchone()
    return int(sealed)


@dataclass(frozen=True)
class Anchor:
    """The end of the sealed part of a chain: kept elsewhere, it proves everything before it."""

    position: int
    hash: str
    sealed_at: datetime | None = None

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"


def anchor(chain: str) -> Anchor:
    """How far a chain is sealed, for the daily mail to headquarters and the page of the log.

    Answered for the own country, and to the system.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT position, hash, sealed_at FROM audit_anchor(%s)", [chain])
        found = cursor.fetchone()
    return Anchor(*found) if found else Anchor(0, "")
