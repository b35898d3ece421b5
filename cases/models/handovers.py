"""Handovers: a contract, not the edit of a field (product.md section 4)."""

import uuid
from collections.abc import Iterable

from django.db import models
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import NationalGroup, Person
from cases.models.checks import in_our_time, one_of
from cases.models.dossiers import Dossier
from cases.models.mandates import Mandate
from cases.states import OPEN_OFFER_STATES, HandoverState


class HandoverKind(models.TextChoices):
    """Why a dossier moves."""

    HANDOVER = "handover", _("Handover")
    RETURN = "return", _("Return to the owner's team")
    ROTATION = "rotation", _("Rotation")
    TAKEN = "taken", _("Taken from the queue")
    REASSIGNED = "reassigned", _("Re-assigned")


# Without an offer, within the owner's team at the desk: done when they are made, and with no note.
AT_ONCE = (HandoverKind.TAKEN, HandoverKind.REASSIGNED)


class Keeps(models.TextChoices):
    """What the giver keeps after the handover."""

    NOTHING = "none", _("nothing")
    VIEW = "view", _("view")
    CONTRIBUTE = "contribute", _("contribute")


class HandoverQuerySet(models.QuerySet["Handover"]):
    """Handovers by state."""

    def open(self) -> "HandoverQuerySet":
        """Offers that wait for a mandate or an answer."""
        return self.filter(state__in=OPEN_OFFER_STATES)

    def locked(self, handover: "Handover") -> "Handover":
        """The same row, locked for this transaction; raises DoesNotExist when out of sight.

        The addressee may not yet lock the dossier: the handover row decides every race.
        """
        return self._for_update().get(pk=handover.pk)

    def all_locked(self, keys: Iterable[uuid.UUID]) -> dict[uuid.UUID, "Handover"]:
        """Several rows, locked in the order of their keys; those out of sight are left out."""
        rows = self._for_update().filter(pk__in=list(keys)).order_by("pk")
        return {handover.pk: handover for handover in rows}

    def _for_update(self) -> "HandoverQuerySet":
        related = ("dossier", "dossier__desk", "giver", "to_person", "mandate")
        return self.select_for_update(of=("self",)).select_related(*related)


class Handover(models.Model):
    """An offer of a dossier, what was said with it, and how it was answered.

    So that every change of handler stands here, what is taken from the queue or re-assigned is one,
    too: accepted at once. `giver` is who offered or re-assigned it, nobody where it was taken.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="handovers")
    kind = models.CharField(
        max_length=10, choices=HandoverKind.choices, default=HandoverKind.HANDOVER
    )
    giver = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    to_person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    to_group = models.ForeignKey(
        NationalGroup, on_delete=models.PROTECT, null=True, related_name="+"
    )
    state = models.CharField(max_length=20, choices=HandoverState.choices)
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, null=True)
    offered_at = models.DateTimeField(default=timezone.now)
    answer_by = models.DateTimeField(_("answer by"))

    note_state = models.TextField(_("where it stands"))
    note_promises = models.TextField(_("promises made"))
    note_deadline = models.TextField(_("next deadline"))
    note_contacts = models.TextField(_("contacts"))
    note_risks = models.TextField(_("risks"))
    # By the codes of cases/codes.py: nothing where it was ticked, else a word why it was not.
    checklist = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))

    giver_keeps = models.CharField(
        _("the giver keeps"), max_length=10, choices=Keeps.choices, default=Keeps.NOTHING
    )
    giver_keeps_until = models.DateTimeField(_("until"), null=True, blank=True)
    answered_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer_reason = models.CharField(_("reason"), max_length=500, blank=True)

    # Kept by trigger: how far the reminders of an open offer have come (cases/sql/66_escalation).
    told = models.PositiveSmallIntegerField(default=0, editable=False)
    tell_at = models.DateTimeField(null=True, editable=False)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(state__in=OPEN_OFFER_STATES),
                name="one_open_offer_a_dossier",
            ),
            models.CheckConstraint(
                condition=Q(to_person__isnull=True) ^ Q(to_group__isnull=True),
                name="offer_to_one_addressee",
            ),
            models.CheckConstraint(
                condition=~Q(giver_keeps=Keeps.NOTHING) ^ Q(giver_keeps_until__isnull=True),
                name="what_is_kept_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(kind=HandoverKind.TAKEN) ^ Q(giver__isnull=False),
                name="only_what_is_taken_has_no_giver",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=AT_ONCE)
                | Q(state=HandoverState.ACCEPTED, to_person__isnull=False),
                name="without_an_offer_it_is_done",
            ),
            models.CheckConstraint(
                condition=Exact(
                    Func(F("checklist"), function="jsonb_typeof", output_field=TextField()),
                    Value("object"),
                ),
                name="checklist_by_code",
            ),
            # Never `handle`: who handed over keeps no hand on the dossier.
            one_of("giver_keeps", Keeps.values, name="handover_keeps"),
            one_of("kind", HandoverKind.values, name="handover_kind"),
            one_of("state", HandoverState.values, name="handover_state"),
            in_our_time("answer_by", "offered_at", "giver_keeps_until", name="offer_in_our_time"),
        ]
        indexes = [
            models.Index(
                fields=["answer_by"],
                name="offer_by_answer",
                condition=Q(state__in=OPEN_OFFER_STATES),
            ),
            models.Index(
                fields=["tell_at"], name="offer_to_tell", condition=Q(tell_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.state}"
