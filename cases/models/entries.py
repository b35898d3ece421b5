"""Entries: the timeline of a dossier. Never edited silently, never deleted."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from cases import codes
from cases.evaluation import EVALUATIONS
from cases.models.checks import among, in_our_time, one_of
from cases.models.dossiers import Dossier, HandlingCode


class EntryKind(models.TextChoices):
    """Kinds of entries (product.md section 3)."""

    NOTE = "note", _("Note")
    PHONE_NOTE = "phone_note", _("Phone note")
    INCOMING_MESSAGE = "incoming_message", _("Incoming message")
    OUTGOING_MESSAGE = "outgoing_message", _("Outgoing message")
    QUESTION = "question", _("Question")
    ANSWER = "answer", _("Answer")
    PARTIAL_ANSWER = "partial_answer", _("Partial answer")
    REFUSAL = "refusal", _("Refusal")
    CLARIFICATION_ASKED = "clarification_asked", _("Clarification asked")
    CLARIFICATION_GIVEN = "clarification_given", _("Clarification given")
    AUTHORISATION_ASKED = "authorisation_asked", _("Judicial authorisation asked")
    AUTHORISATION_GIVEN = "authorisation_given", _("Judicial authorisation given")
    INSTRUCTION = "instruction", _("Instruction from headquarters")
    EVENT = "event", _("Event")


class Direction(models.TextChoices):
    """Which way something went, seen from the desk."""

    NONE = "", ""
    IN = "in", _("from")
    OUT = "out", _("to")


class Channel(models.TextChoices):
    """How something was exchanged."""

    NONE = "", _("none")
    SIENA = "siena", "SIENA"
    INTERPOL = "interpol", "INTERPOL I-24/7"
    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("telephone")
    IN_PERSON = "in_person", _("in person")
    POST = "post", _("post or diplomatic bag")
    OTHER = "other", _("another channel")


class Nature(models.TextChoices):
    """Facts apart from personal assessments (Directive (EU) 2016/680, art. 7(1))."""

    NONE = "", _("not said")
    FACT = "fact", _("fact")
    ASSESSMENT = "assessment", _("assessment")


class Entry(models.Model):
    """One version of a line of the timeline: written by a person, or an event the system recorded.

    A correction is a new row that names the one it replaces and takes its place in the timeline.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(_("kind"), max_length=24, choices=EntryKind.choices)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    # For whom the author stood in at that moment; set by the database (cases/sql/56_standins.sql).
    on_behalf_of = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # Where it stands in the timeline: when it happened, or was written if nobody said when.
    at = models.DateTimeField(db_default=Now())
    # When it was written: the database's own clock, for what is new and what can be proved.
    recorded_at = models.DateTimeField(db_default=Now())
    text = models.TextField(_("text"), blank=True)
    language = models.CharField(_("language"), max_length=2, default="en")
    handling_codes = ArrayField(
        models.CharField(max_length=2, choices=HandlingCode.choices), default=list, blank=True
    )
    handling_note = models.CharField(_("text of H3"), max_length=300, blank=True, db_default="")
    event = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=dict, blank=True)

    direction = models.CharField(
        max_length=3, choices=Direction.choices, blank=True, default="", db_default=""
    )
    counterpart = models.CharField(max_length=160, blank=True, db_default="")
    counterpart_person = models.CharField(max_length=120, blank=True, db_default="")
    channel = models.CharField(max_length=10, choices=Channel.choices, blank=True, db_default="")
    channel_reason = models.CharField(max_length=10, blank=True, db_default="")
    channel_reference = models.CharField(max_length=80, blank=True, db_default="")
    # Scheme and code, as the provider gave them: the same letter means another thing in the other
    # scheme, so nothing is ever converted (domain.md 4.3).
    evaluation = models.CharField(max_length=6, blank=True, default="", db_default="")
    nature = models.CharField(
        max_length=10, choices=Nature.choices, blank=True, default="", db_default=""
    )
    ground = models.CharField(max_length=6, blank=True, default="", db_default="")

    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )
    version = models.PositiveSmallIntegerField(default=1, db_default=1)
    correction = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            one_of("kind", EntryKind.values, name="entry_kind"),
            one_of("direction", Direction.values, name="entry_direction"),
            one_of("channel", Channel.values, name="entry_channel"),
            one_of(
                "channel_reason", ["", *codes.values(codes.CHANNEL_REASONS)], name="entry_reason"
            ),
            one_of("evaluation", ["", *EVALUATIONS], name="entry_evaluation"),
            one_of("nature", Nature.values, name="entry_nature"),
            one_of("ground", ["", *codes.values(codes.REFUSAL_GROUNDS)], name="entry_ground"),
            models.CheckConstraint(
                condition=Q(kind=EntryKind.REFUSAL) ^ Q(ground=""), name="a_refusal_has_a_ground"
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True, version=1, correction="")
                | Q(replaces__isnull=False, version__gt=1),
                name="a_correction_names_what_it_replaces",
            ),
            among("handling_codes", HandlingCode.values, name="entry_handling_codes"),
            in_our_time("at", "recorded_at", name="entry_in_our_time"),
        ]
        indexes = [
            models.Index(fields=["dossier", "-at"], name="entry_by_dossier"),
            models.Index(
                fields=["on_behalf_of", "-recorded_at"],
                name="entry_on_behalf",
                condition=Q(on_behalf_of__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"


class Translation(models.Model):
    """A working translation of one version of an entry; the original stays what counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="translations")
    language = models.CharField(_("language"), max_length=2)
    text = models.TextField()
    translator = models.CharField(max_length=120)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [in_our_time("at", name="translation_in_our_time")]
        indexes = [models.Index(fields=["entry", "-at"], name="translation_by_entry")]

    def __str__(self) -> str:
        return f"{self.language} {self.at}"


class Draft(models.Model):
    """What a person has begun to write in a dossier: nobody else reads it, recording ends it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    values = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier", "person"], name="one_draft_a_person"),
            in_our_time("at", name="draft_in_our_time"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.dossier_id}"
