"""What a person may do: postings valid now, certificates, absences."""

import uuid
from datetime import date, datetime

from django.contrib.postgres.functions import RandomUUID, TransactionNow
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.people import Person
from accounts.models.places import Country, Desk, NationalGroup


class Role(models.TextChoices):
    """What a person does during a posting (product.md section 1)."""

    OFFICER = "officer", _("liaison officer")
    ASSISTANT = "assistant", _("assistant")
    HEAD_OF_DESK = "head_of_desk", _("head of desk")
    HEADQUARTERS_OFFICER = "headquarters_officer", _("headquarters officer")
    COORDINATOR = "coordinator", _("headquarters coordinator")
    AUDITOR = "auditor", _("auditor")
    PEOPLE_ADMINISTRATOR = "people_administrator", _("people administrator")


DESK_ROLES = (Role.OFFICER, Role.ASSISTANT, Role.HEAD_OF_DESK)
HEADQUARTERS_ROLES = (Role.HEADQUARTERS_OFFICER, Role.COORDINATOR)
DOSSIER_ROLES = DESK_ROLES + HEADQUARTERS_ROLES


class PostingQuerySet(models.QuerySet["Posting"]):
    """Postings by time."""

    def valid_now(self) -> "PostingQuerySet":
        """Postings valid at the database's time of this transaction."""
        return self.filter(starts_at__lte=TransactionNow()).exclude(ends_at__lte=TransactionNow())

    def valid_at(self, moment: datetime) -> "PostingQuerySet":
        """Postings valid at a moment."""
        return self.filter(starts_at__lte=moment).exclude(ends_at__lte=moment)


class Posting(models.Model):
    """A person's place and role for a time. Rights begin and end with it, by themselves."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="postings")
    country = models.CharField(max_length=2, choices=Country.choices)
    role = models.CharField(max_length=24, choices=Role.choices)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, null=True)
    group = models.ForeignKey(NationalGroup, on_delete=models.PROTECT, null=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    objects = PostingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="posting_ends_after_it_starts",
            ),
            # Who must never read dossiers is in no group that could be granted one.
            models.CheckConstraint(
                condition=Q(role__in=DESK_ROLES, desk__isnull=False, group__isnull=False)
                | Q(role__in=HEADQUARTERS_ROLES, desk__isnull=True, group__isnull=False)
                | Q(
                    role__in=[Role.AUDITOR, Role.PEOPLE_ADMINISTRATOR],
                    desk__isnull=True,
                    group__isnull=True,
                ),
                name="posting_role_fits_its_place",
            ),
        ]
        indexes = [models.Index(fields=["group", "starts_at"], name="posting_by_group")]

    def __str__(self) -> str:
        return f"{self.person} {self.role}"


class Certificate(models.Model):
    """Training in another country's rules, from the joint trainings (product.md section 4)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="certificates")
    rules_of = models.CharField(max_length=2, choices=Country.choices)
    issued_on = models.DateField()
    valid_until = models.DateField()

    def __str__(self) -> str:
        return f"{self.person} {self.rules_of}"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Absences by what became of them."""

    def standing(self) -> "AbsenceQuerySet":
        """Without those that were taken back."""
        return self.filter(taken_back_at__isnull=True)


EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)


class Absence(models.Model):
    """Days on which a person is away, counted where that person works (`accounts_directory`).

    Other countries see only present or absent. One that was taken back stays on record.
    """

    # The second default is for rows written by hand.
    id = models.UUIDField(
        primary_key=True, default=uuid.uuid4, db_default=RandomUUID(), editable=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="absences")
    starts_on = models.DateField()
    ends_on = models.DateField()
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    taken_back_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="absence_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(starts_on__gte=EARLIEST, ends_on__lte=LATEST),
                name="absence_in_our_time",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_by__isnull=True)
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
                name="absence_taken_back_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.starts_on}"
