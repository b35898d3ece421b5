"""The certificate of a rotation: what moved, when, with which note; what stayed, and where.

Made for one reader, of the dossiers in his sight at that moment: it says so.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from cases.models import Dossier, Handover, Rotation, RotationLine
from cases.selectors import rotation_pages, rotations
from lodesk.ui import times

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.zones import Zones


@dataclass(frozen=True)
class Moved:
    """A dossier that went to its receiver."""

    owner: str
    reference: str
    giver: str
    receiver: str
    offered: str
    accepted: str
    digest: str  # of the note as it was offered


@dataclass(frozen=True)
class Stayed:
    """A dossier that did not, and where it is now."""

    owner: str
    reference: str
    why: str
    where: str


@dataclass(frozen=True)
class Certificate:
    """Everything a certificate says."""

    rotation: Rotation
    moved: Sequence[Moved]
    stayed: Sequence[Stayed]
    digest: str  # over all lines


def certificate(rotation: Rotation, user: "User", zones: "Zones") -> Certificate:
    """Read the certificate as this reader may have it, in his language and zones."""
    lines = rotations.lines(rotation, user)
    accepted = [line for line in lines if line.is_accepted]
    others = [line for line in lines if not line.is_accepted]
    known = {line.dossier_id for line in lines}
    portfolio = rotations.portfolio(rotation, user)
    unplanned = [each for each in (*portfolio.held, *portfolio.foreign) if each.pk not in known]
    stayed = [
        *(_stayed(line.dossier, rotation_pages.state(line)) for line in others),
        *(_stayed(each, _("not in the plan")) for each in unplanned),
    ]
    stayed.sort(key=lambda each: each.reference)
    return Certificate(
        rotation=rotation,
        moved=[_moved(line, str(rotation.leaver), zones) for line in accepted],
        stayed=stayed,
        digest=_digest_of_all(accepted, stayed),
    )


def _moved(line: RotationLine, leaver: str, zones: "Zones") -> Moved:
    handover = _handover(line)
    return Moved(
        owner=line.dossier.owner,
        reference=line.dossier.reference,
        giver=leaver,
        receiver=str(line.receiver),
        offered=_both(handover.offered_at, zones),
        accepted=_both(handover.answered_at, zones),
        digest=digest(handover),
    )


def _stayed(dossier: Dossier, why: str) -> Stayed:
    where = rotation_pages.where(dossier)
    return Stayed(dossier.owner, dossier.reference, why or _("not offered"), where)


def _both(moment: datetime | None, zones: "Zones") -> str:
    if moment is None:
        return ""
    return times.both(moment, here=zones.here, home=zones.home, named=True)


def _handover(line: RotationLine) -> Handover:
    assert line.handover is not None  # noqa: S101  (it was accepted)
    return line.handover


def digest(handover: Handover) -> str:
    """SHA-256 that proves a note unchanged and tells nothing of it: its random key is the salt."""
    parts = (
        handover.note_state,
        handover.note_promises,
        handover.note_deadline,
        handover.note_contacts,
        handover.note_risks,
    )
    return hashlib.sha256(handover.pk.bytes + "\0".join(parts).encode()).hexdigest()


def _digest_of_all(accepted: Sequence[RotationLine], stayed: Sequence[Stayed]) -> str:
    """SHA-256 over one line for each dossier, the same in every language and zone.

    Of what moved: reference, receiver's key, both moments in UTC, digest of the note; of what
    stayed: its reference. Parted by tabs, each line ended by a line feed.
    """
    whole = hashlib.sha256()
    for line in accepted:
        handover = _handover(line)
        said = (
            line.dossier.reference,
            str(line.receiver and line.receiver.public_id),
            _utc(handover.offered_at),
            _utc(handover.answered_at),
            digest(handover),
        )
        whole.update(("\t".join(said) + "\n").encode())
    for each in stayed:
        whole.update(f"{each.reference}\n".encode())
    return whole.hexdigest()


def _utc(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment else ""


def words(found: Certificate, *, by: str, at: datetime, zones: "Zones") -> dict[str, Any]:
    """Everything the template of the print shows, ready to be set."""
    rotation = found.rotation
    return {
        "language": get_language(),
        "owner": rotation.country,
        "reference": f"{rotation.country}-{rotation.desk.code}",
        "title": title(rotation),
        "author": by,
        "year": at.year,
        "month": at.month,
        "day": at.day,
        "lead": lead(found),
        "made": made(by, at),
        "facts": [
            [_("Who leaves"), str(rotation.leaver)],
            [_("Desk"), rotation.desk.city],
            [_("Begun"), _both(rotation.begun_at, zones)],
            [_("Finished"), _both(rotation.ended_at, zones)],
            [_("Posting ends"), _both(rotation.leaves_at, zones) or _("no end is set")],
        ],
        "moved": [
            {
                "head": f"{each.reference}: {each.giver} → {each.receiver}",
                "times": _("Offered %(offered)s; accepted %(accepted)s")
                % {"offered": each.offered, "accepted": each.accepted},
                "digest": each.digest,
            }
            for each in found.moved
        ],
        "stayed": [
            {"head": f"{each.reference}: {each.why}", "where": each.where} for each in found.stayed
        ],
        "digest": found.digest,
        "labels": {
            "moved": _("What moved"),
            "stayed": _("What stayed behind"),
            "none": _("Nothing."),
            "note": _("SHA-256 of the note"),
            "digest": _("SHA-256 of all lines"),
            "page_of": _("page %(number)s of %(total)s")
            % {"number": "{number}", "total": "{total}"},
        },
    }


def title(rotation: Rotation) -> str:
    """ "Certificate of the rotation of A. Example (BE), Bogotá"."""
    values = {"who": rotation.leaver, "where": rotation.desk.city}
    return _("Certificate of the rotation of %(who)s, %(where)s") % values


def lead(found: Certificate) -> str:
    """How many dossiers moved and stayed, and for whose eyes this was made."""
    moved, stayed = len(found.moved), len(found.stayed)
    return " ".join(
        [
            ngettext("%(count)d dossier moved.", "%(count)d dossiers moved.", moved)
            % {"count": moved},
            ngettext(
                "%(count)d dossier stayed behind.", "%(count)d dossiers stayed behind.", stayed
            )
            % {"count": stayed},
            _("It lists the dossiers in sight of who had it made, no others."),
        ]
    )


def made(by: str, at: datetime) -> str:
    """By whom and when this print was made, in the reader's zone."""
    stamp = times.dated(timezone.localtime(at))
    return _("Made by %(who)s, %(when)s") % {"who": by, "when": stamp}
