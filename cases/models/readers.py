"""The list index: who reads which dossier, with what lists are sorted and filtered by."""

from django.db import models

from cases.models.dossiers import Dossier
from cases.states import Status

NOBODY = 0
WAITING_FOR_HEADQUARTERS = "headquarters"
# Where a dossier is, as lists ask for it: its status, and what headquarters owe on its own.
PHASES = (*Status.values, WAITING_FOR_HEADQUARTERS)
# What a list may be of besides, each with an index by either moment; the first stand in fewest.
SCOPES = {
    "of_handler_": "handler",
    "of_desk_": "desk",
    "of_host_": "host_country",
    "of_area_": "crime_area",
    "of_kind_": "kind",
}


class Reader(models.Model):
    """One principal who may view one dossier; derived by trigger, read by every list.

    A page of a list is the first rows of a few ranges of these indexes, one for each principal of
    the person: it costs the same for who reads half of all dossiers and for who reads three.
    """

    pk = models.CompositePrimaryKey("dossier_id", "principal")
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="+", db_index=False)
    principal = models.IntegerField()  # a group, or a person as a negative number
    owner = models.CharField(max_length=2)
    desk = models.BigIntegerField()
    handler = models.IntegerField()  # nobody: 0
    phase = models.CharField(max_length=12)
    due = models.DateTimeField()  # without a due time: infinity, so that it comes last
    opened_at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    crime_area = models.CharField(max_length=20)
    host_country = models.CharField(max_length=2)
    urgency = models.CharField(max_length=8)

    class Meta:
        indexes = [
            models.Index(
                fields=["principal", *scope, "owner", "phase", moment, "dossier"],
                name=f"reader_{of}by_{by}",
            )
            for of, scope in (("", ()), *((of, (column,)) for of, column in SCOPES.items()))
            for by, moment in (("due", "due"), ("opening", "opened_at"))
        ]

    def __str__(self) -> str:
        return f"{self.principal} {self.dossier_id}"
