"""How this app writes the log: every act on a dossier stands in its owner's chain."""

import hashlib
from typing import TYPE_CHECKING, Any

from cases import policy
from cases.models import Dossier, Entry
from lodesk import audit

if TYPE_CHECKING:
    from accounts.models import User


def log(
    by: "User", action: str, dossier: Dossier, *, mandate: str = "", why: str = "", **facts: Any
) -> None:
    """Log an act on a dossier (Directive (EU) 2016/680, art. 25).

    `facts` holds codes, numbers and dates, `why` the reason a person gave. Nothing of the
    content: the auditor who reads the log must not read dossiers (product.md section 1). Across
    the border the number of the mandate stands in both chains. Who acts in the place of an absent
    handler: for whom, by the public key.
    """
    absent = policy.acts_for(by, dossier)
    if absent is not None:
        facts["on_behalf_of"] = str(absent)
    audit.log(
        by=by.pk,
        action=action,
        chain=dossier.owner,
        target="cases.dossier",
        target_id=dossier.pk,
        reference=dossier.reference,
        mandate=mandate or policy.mandate_number(by, dossier),
        facts=facts,
        why=why,
    )


def digest(entry: Entry) -> str:
    """SHA-256 that proves an entry unchanged and tells nothing of it.

    The entry's own random key is the salt: once the entry is destroyed, nobody can guess its text.
    What a formal message says besides its text is part of it.
    """
    said = (
        entry.text,
        entry.direction,
        entry.counterpart,
        entry.counterpart_person,
        entry.channel,
        entry.channel_reason,
        entry.channel_reference,
        entry.evaluation,
        entry.nature,
        entry.ground,
        entry.handling_note,
        entry.correction,
    )
    return hashlib.sha256(entry.pk.bytes + "\0".join(said).encode()).hexdigest()
