"""Put people on duty, and take them off: who is awake decides whom an escalation reaches."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.functions import TransactionNow
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Duty, Posting
from cases import policy
from cases.selectors import duty as selectors
from lodesk import audit

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def put_on(*, posting: Posting, starts_at: datetime, ends_at: datetime, by: "User") -> Duty:
    """Put a person on duty where the posting is, which lasts for all of that time."""
    _require(by, posting.group_id)
    duty = Duty(
        country=posting.country,
        group_id=posting.group_id,
        person_id=posting.person_id,
        starts_at=starts_at,
        ends_at=ends_at,
        made_by_id=by.pk,
    )
    Duty.objects.bulk_create([duty])
    _log(by, "duty.put_on", duty, since=starts_at, until=ends_at, person=posting.person.public_id)
    return duty


@transaction.atomic
def take_off(*, duty: Duty, by: "User") -> None:
    """Take a person off a turn that is not over. The row stays, with who took it off."""
    duty = selectors.readable(by).select_related("person").get(pk=duty.pk)
    _require(by, duty.group_id)
    done = Duty.objects.to_come().filter(pk=duty.pk)
    if not done.update(taken_off_at=TransactionNow(), taken_off_by=by.pk):
        raise PermissionDenied(_("This step is no longer possible."))
    _log(by, "duty.taken_off", duty, person=duty.person.public_id)


def _require(by: "User", group: int | None) -> None:
    decision = policy.may_keep_roster(by, group)
    if group is None or not decision:
        raise PermissionDenied(decision.reason)


def _log(by: "User", action: str, duty: Duty, **facts: Any) -> None:
    audit.log(
        by=by.pk,
        action=action,
        chain=audit.OWN_CHAIN,
        target="accounts.duty",
        target_id=duty.pk,
        facts=facts,
    )
