"""The tables: what a person is told, how he wants to be told, and what became of the mail."""

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from accounts.models import Country, Person
from lodesk.alerts import subjects

if TYPE_CHECKING:
    from accounts.models import User


class AlertQuerySet(models.QuerySet["Alert"]):
    """Alerts by reader."""

    def visible_to(self, user: "User") -> "AlertQuerySet":
        """A person's own alerts, while what they are about is visible to that person.

        The notice that access ended stays. PostgreSQL says the same in `alert_read`.
        """
        in_sight = subjects.is_visible(user, OuterRef("subject_id"))
        return self.filter(
            Q(subject_id__isnull=True) | Q(survives_access=True) | in_sight,
            recipient=user.pk,
        )

    def unread(self) -> "AlertQuerySet":
        """Alerts the person has not opened."""
        return self.filter(read_at__isnull=True)

    def mark_read(self) -> None:
        """Remember that they were read, now."""
        self.unread().update(read_at=Now())


class Alert(models.Model):
    """One thing one person is told. Codes, numbers and moments only, never case content.

    The checks that keep prose and foreign addresses out stand in sql/10_alerts.sql.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.CharField(max_length=60)
    subject_id = models.UUIDField(null=True)  # a dossier or a contact; known here by number only
    reference = models.CharField(max_length=40, blank=True)
    owner = models.CharField(max_length=2, choices=Country.choices, blank=True)
    recipient = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="alerts")
    actor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    facts = models.JSONField(default=dict, blank=True)
    because = models.CharField(max_length=60)  # a code; the event's wording makes the sentence
    due_at = models.DateTimeField(null=True)
    path = models.CharField(max_length=120, blank=True)
    survives_access = models.BooleanField(default=False)  # only the notice that access ended
    unique_key = models.CharField(max_length=160)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recipient", "unique_key"], name="alert_once_a_person"),
            models.CheckConstraint(
                condition=Q(survives_access=False) | Q(path="", due_at__isnull=True, facts={}),
                name="alert_of_ended_access_holds_reference_only",
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-created_at", "-id"], name="alert_inbox"),
            models.Index(
                fields=["recipient", "subject_id"],
                condition=Q(read_at__isnull=True),
                name="alert_unread",
            ),
            models.Index(fields=["subject_id", "-created_at", "-id"], name="alert_about"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.reference}"


class Channel(models.TextChoices):
    """How an alert leaves the house, besides the inbox."""

    MAIL = "mail", pgettext_lazy("channel of an alert", "mail")
    DIGEST = "digest", pgettext_lazy("channel of an alert", "morning digest")


class DeliveryState(models.TextChoices):
    """What became of it."""

    PENDING = "pending", pgettext_lazy("state of a mail", "waiting to be sent")
    SENT = "sent", pgettext_lazy("state of a mail", "sent")
    DEFERRED = "deferred", pgettext_lazy("state of a mail", "deferred")
    FAILED = "failed", pgettext_lazy("state of a mail", "failed")
    DROPPED = "dropped", pgettext_lazy("state of a mail", "dropped: no access any more")


OPEN_STATES = (DeliveryState.PENDING, DeliveryState.DEFERRED)


class Digest(models.Model):
    """Many alerts to one person as one mail: a line of the outbox like any other.

    Made, taken in hand and settled by functions only; the application has no right on it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(
        max_length=8, choices=DeliveryState.choices, default=DeliveryState.PENDING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(state__in=OPEN_STATES), name="digest_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d} {self.state}"


class Delivery(models.Model):
    """A line of the outbox. A trigger adds it with the alert; only functions change it.

    There is none when the recipient wants this kind of alert in the inbox only.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.MAIL)
    digest = models.ForeignKey(Digest, on_delete=models.PROTECT, related_name="lines", null=True)
    state = models.CharField(
        max_length=8, choices=DeliveryState.choices, default=DeliveryState.PENDING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()  # while a worker has it in hand: the end of its lease
    held_until = models.DateTimeField(null=True)  # quiet hours, or the morning: it was not late
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)  # for good: it is not tried again
    last_error = models.CharField(max_length=60, blank=True)  # kind of error, never its text

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alert", "channel"], name="delivery_once_a_channel"),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(state__in=OPEN_STATES), name="delivery_due"
            ),
            models.Index(
                fields=["failed_at"],
                condition=Q(state=DeliveryState.FAILED),
                name="delivery_failed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.channel} {self.state}"


class How(models.TextChoices):
    """How a person is told of a kind of event, besides the inbox."""

    AT_ONCE = "at_once", pgettext_lazy("how one is told", "by mail, at once")
    DIGEST = "digest", pgettext_lazy("how one is told", "by mail, in the morning digest")
    INBOX = "inbox", pgettext_lazy("how one is told", "in the inbox only")


class MailPreference(models.Model):
    """How a person wants to be told of what need not be told at once, and when not at all.

    Everything else is told at once (product.md section 5): there is no column for it. Hours are
    those of the desk. Which event is of which kind says `lodesk_kind_of_mail` in PostgreSQL, where
    a trigger reads this row when it queues the mail.
    """

    person = models.OneToOneField(
        Person, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    tasks = models.CharField(max_length=8, choices=How.choices, default=How.AT_ONCE)
    openings = models.CharField(max_length=8, choices=How.choices, default=How.AT_ONCE)
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(tasks__in=How.values) & Q(openings__in=How.values),
                name="mail_preference_known",
            ),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False)
                & ~Q(quiet_from=models.F("quiet_until")),
                name="quiet_hours_begin_and_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.tasks} {self.openings}"
