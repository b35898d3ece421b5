"""What a person may change of the own account: language and time zone, nothing else."""

from django.db import transaction

from accounts.models import User
from lodesk import audit


@transaction.atomic
def change_profile(*, by: User, language: str, time_zone: str) -> None:
    """Save language and time zone of the own account."""
    changed = [
        name
        for name, value in (("language", language), ("time_zone", time_zone))
        if getattr(by, name) != value
    ]
    if not changed:
        return
    User.objects.filter(pk=by.pk).update(language=language, time_zone=time_zone)
    by.language, by.time_zone = language, time_zone
    audit.log(by=by.pk, action="profile.changed", chain=audit.OWN_CHAIN, facts={"fields": changed})
