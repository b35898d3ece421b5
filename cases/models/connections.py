"""Connections between two parties of one dossier. Like a party, a row never changes."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Person
from cases.models.checks import in_our_time, one_of
from cases.models.dossiers import Dossier
from cases.models.parties import Party


class ConnectionKind(models.TextChoices):
    """How one party is connected with another, read from the first to the second."""

    OWNER = "owner", _("owner of")
    USER = "user", _("user of")
    SHIPPER = "shipper", _("shipper of")
    CONSIGNEE = "consignee", _("consignee of")
    DRIVER = "driver", _("driver of")
    EMPLOYEE = "employee", _("works for")
    RELATIVE = "relative", _("relative of")
    ASSOCIATE = "associate", _("associate of")
    SAME = "same", _("same as")
    CARRIED = "carried", _("carried in")
    LOCATED = "located", pgettext_lazy("connection", "is at")
    INVOLVED = "involved", pgettext_lazy("connection", "took part in")


# The same connection, read from the second to the first.
BACKWARDS = {
    ConnectionKind.OWNER: _("owned by"),
    ConnectionKind.USER: _("used by"),
    ConnectionKind.SHIPPER: _("shipped by"),
    ConnectionKind.CONSIGNEE: _("consigned to"),
    ConnectionKind.DRIVER: _("driven by"),
    ConnectionKind.EMPLOYEE: _("employs"),
    ConnectionKind.RELATIVE: _("relative of"),
    ConnectionKind.ASSOCIATE: _("associate of"),
    ConnectionKind.SAME: _("same as"),
    ConnectionKind.CARRIED: _("carries"),
    ConnectionKind.LOCATED: pgettext_lazy("connection", "place of"),
    ConnectionKind.INVOLVED: pgettext_lazy("connection", "with"),
}


class Connection(models.Model):
    """That two parties are connected, or (with `replaces`) that this was withdrawn."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="connections")
    kind = models.CharField(max_length=10, choices=ConnectionKind.choices)
    # First versions: a connection outlives corrections.
    one = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("note"), max_length=200, blank=True)

    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="withdrawn_by"
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    added_at = models.DateTimeField(default=timezone.now)  # set by the database, like `current`
    current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            one_of("kind", ConnectionKind.values, name="connection_kind"),
            in_our_time("added_at", name="connection_in_our_time"),
            models.CheckConstraint(condition=~Q(one=F("other")), name="connection_of_two"),
            models.CheckConstraint(
                condition=Q(replaces=None) | ~Q(reason=""), name="connection_end_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
