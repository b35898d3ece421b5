"""How a person wants to be told by mail: read, and changed by that person alone.

What a wish means is decided in PostgreSQL, by the trigger that queues a mail (sql/20_digests.sql).
"""

from datetime import time

from django.db import transaction

from accounts.models import Posting, User
from lodesk import audit
from lodesk.alerts.models import MailPreference

FIELDS = ("tasks", "openings", "quiet_from", "quiet_until")


def values_of(user: User) -> dict[str, str | time | None]:
    """What the person has chosen; without a row everything comes at once."""
    row = _row(user)
    return {name: getattr(row, name) for name in FIELDS}


def place_of(user: User) -> str:
    """The city of the desk whose hours are meant; "" for headquarters.

    `alerts_zone_of` in sql/20_digests.sql finds the same posting.
    """
    posting = (
        Posting.objects.valid_now()
        .filter(person=user.pk, desk__isnull=False)
        .select_related("desk")
        .order_by("-starts_at", "-pk")
        .first()
    )
    return posting.desk.city if posting and posting.desk else ""


@transaction.atomic
def change(
    *, by: User, tasks: str, openings: str, quiet_from: time | None, quiet_until: time | None
) -> None:
    """Save how the person wants to be told from now on; what waits goes as it was queued."""
    wanted = {
        "tasks": tasks,
        "openings": openings,
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
    }
    row = _row(by)
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    if not changed:
        return
    MailPreference.objects.update_or_create(person_id=by.pk, defaults=wanted)
    fields = [f"mail_{name}" for name in changed]
    audit.log(by=by.pk, action="profile.changed", chain=audit.OWN_CHAIN, facts={"fields": fields})


def _row(user: User) -> MailPreference:
    found = MailPreference.objects.filter(person=user.pk).first()
    return found or MailPreference(person_id=user.pk)
