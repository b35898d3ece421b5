"""The dossier: one matter of one owner country at one desk."""

import uuid
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Country, Desk, Person
from cases import codes, policy
from cases.models.checks import among, in_our_time, one_of
from cases.states import Status, WaitingFor

if TYPE_CHECKING:
    from accounts.models import User


class Kind(models.TextChoices):
    """What a dossier is about (product.md section 3)."""

    INCOMING_REQUEST = "incoming_request", _("Incoming request")
    OUTGOING_REQUEST = "outgoing_request", _("Outgoing request")
    SPONTANEOUS = "spontaneous", _("Spontaneous information")
    ASSISTANCE = "assistance", _("Assistance")
    SEIZURE = "seizure", _("Follow-up of a seizure")
    MISSING_PERSON = "missing_person", _("Missing person")
    FUGITIVE = "fugitive", _("Fugitive")
    VISIT = "visit", _("Visit or training")
    STRATEGIC = "strategic", _("Strategic report")
    OTHER = "other", _("Other")


class Urgency(models.TextChoices):
    """Whether a request is urgent (Directive (EU) 2023/977, art. 4)."""

    NORMAL = "normal", _("not urgent")
    URGENT = "urgent", _("urgent")


class HandlingCode(models.TextChoices):
    """Conditions of use that travel with information (domain.md 4.2). H0 always applies."""

    H1 = "H1", _("not as evidence without the provider's consent")
    H2 = "H2", _("not to be passed on without the provider's consent")
    H3 = "H3", _("other restrictions, see the text")


class Marking(models.TextChoices):
    """Markings the system may hold: nothing classified (domain.md 5)."""

    UNMARKED = "", _("none")
    BPL = "BPL", _("BPL, basic protection level")
    BE_BV = "BE-BV", _("BE Beperkte verspreiding, Diffusion restreinte")


class Purpose(models.TextChoices):
    """Purposes of the Benelux police treaty 2018, art. 2."""

    INVESTIGATION = "investigation", _("investigating criminal offences")
    PREVENTION = "prevention", _("preventing and detecting criminal offences")
    PUBLIC_ORDER = "public_order", _("public order and security")
    PROTECTION = "protection", _("protecting people")


class CrimeArea(models.TextChoices):
    """Crime areas of Regulation (EU) 2016/794, Annex I, as far as the desks use them."""

    NONE = "", _("none")
    DRUGS = "drugs", _("drug trafficking")
    LAUNDERING = "laundering", _("money laundering")
    TERRORISM = "terrorism", _("terrorism")
    ORGANISED = "organised", _("organised crime")
    HUMAN_TRAFFICKING = "human_trafficking", _("human trafficking")
    SMUGGLING = "smuggling", _("migrant smuggling")
    VEHICLES = "vehicles", _("motor vehicle crime")
    MURDER = "murder", _("murder, grievous bodily injury")
    KIDNAPPING = "kidnapping", _("kidnapping, hostage-taking")
    FRAUD = "fraud", _("swindling and fraud")
    EXTORTION = "extortion", _("racketeering and extortion")
    CORRUPTION = "corruption", _("corruption")
    ARMS = "arms", _("arms, ammunition, explosives")
    ENVIRONMENT = "environment", _("environmental crime")
    ABUSE = "abuse", _("sexual abuse and exploitation")
    OTHER = "other", _("other")


class DossierQuerySet(models.QuerySet["Dossier"]):
    """Dossiers as a person may see them."""

    def visible_to(self, user: "User") -> Self:
        """Only what this person may read now: the first of the two walls."""
        return policy.visible(self, user)

    def open(self) -> Self:
        """Dossiers on which work is still to be done."""
        return self.exclude(status=Status.CLOSED)


class Dossier(models.Model):
    """A matter with one owner country, for good; handing it over changes the handler only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Reference, year and number are set by the database, which counts per owner and desk.
    reference = models.CharField(max_length=30, default="", editable=False)
    owner = models.CharField(max_length=2, choices=Country.choices)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT)
    year = models.PositiveSmallIntegerField(default=0, editable=False)
    number = models.PositiveIntegerField(default=0, editable=False)

    title = models.CharField(_("title"), max_length=120)
    summary = models.TextField(_("summary"), blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    crime_area = models.CharField(
        _("crime area"), max_length=20, choices=CrimeArea.choices, blank=True
    )
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose.choices)
    legal_basis = models.CharField(_("legal basis"), max_length=160)
    host_country = models.CharField(_("host country"), max_length=2)
    requesting_authority = models.CharField(_("asked by"), max_length=120, blank=True)
    foreign_references = models.CharField(_("references"), max_length=200, blank=True)
    urgency = models.CharField(
        _("urgency"), max_length=8, choices=Urgency.choices, default=Urgency.NORMAL
    )
    # What a request says besides (Directive (EU) 2023/977, art. 4(4) and (5)).
    urgency_ground = models.CharField(max_length=10, blank=True, default="")
    facts = models.TextField(blank=True, default="")
    reasons = models.TextField(blank=True, default="")
    people_concerned = models.TextField(blank=True, default="")
    use_restriction = models.CharField(max_length=300, blank=True, default="")
    handling_codes = ArrayField(
        models.CharField(max_length=2, choices=HandlingCode.choices), default=list, blank=True
    )
    handling_note = models.CharField(_("text of H3"), max_length=300, blank=True)
    marking = models.CharField(_("marking"), max_length=6, choices=Marking.choices, blank=True)
    language = models.CharField(_("language"), max_length=2, default="en")
    confined = models.BooleanField(_("confined"), default=False)

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    waiting_for = models.CharField(max_length=24, choices=WaitingFor.choices, blank=True)
    status_since = models.DateTimeField(default=timezone.now)
    waiting_until = models.DateTimeField(null=True, blank=True)  # then somebody looks again
    result = models.CharField(max_length=12, blank=True, default="")
    received_at = models.DateTimeField(_("received"))
    next_step = models.CharField(_("next step"), max_length=80, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    due_rule = models.CharField(max_length=20, blank=True)
    handler = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)
    # Derived by trigger from the grants: groups as positive, people as negative numbers.
    readers = ArrayField(models.IntegerField(), default=list, editable=False)

    objects = DossierQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("view_dossier", "view"),
            ("contribute_dossier", "contribute"),
            ("handle_dossier", "handle"),
            ("oversee_dossier", "oversee"),
        ]
        constraints = [
            # Per owner: a number shared across countries would tell one the volume of another.
            models.UniqueConstraint(fields=["owner", "reference"], name="reference_once_an_owner"),
            models.CheckConstraint(
                condition=Q(status=Status.WAITING) ^ Q(waiting_for=""),
                name="waiting_names_for_whom",
            ),
            one_of("kind", Kind.values, name="dossier_kind"),
            one_of("status", Status.values, name="dossier_status"),
            one_of("waiting_for", ["", *WaitingFor.values], name="dossier_waiting_for"),
            one_of("urgency", Urgency.values, name="dossier_urgency"),
            one_of("purpose", Purpose.values, name="dossier_purpose"),
            one_of("marking", Marking.values, name="dossier_marking"),
            one_of("crime_area", CrimeArea.values, name="dossier_crime_area"),
            among("handling_codes", HandlingCode.values, name="dossier_handling_codes"),
            one_of("result", ["", *codes.values(codes.RESULTS)], name="dossier_result"),
            one_of(
                "urgency_ground",
                ["", *codes.values(codes.URGENCY_GROUNDS)],
                name="dossier_urgency_ground",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.WAITING) | Q(waiting_until__isnull=True),
                name="only_who_waits_waits_until",
            ),
            in_our_time(
                "received_at",
                "due_at",
                "waiting_until",
                "status_since",
                "opened_at",
                "changed_at",
                name="dossier_in_our_time",
            ),
        ]
        # Lists are read through the list index (cases/models/readers.py).
        indexes = [
            models.Index(
                fields=["handler", "due_at"],
                name="dossier_by_handler",
                condition=~Q(status=Status.CLOSED),
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class ReferenceCounter(models.Model):
    """Last number given, per owner, desk and year; only the database counts."""

    kind = models.CharField(max_length=10)  # "dossier" or "mandate"
    owner = models.CharField(max_length=2)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, null=True)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "owner", "desk", "year"], name="one_counter", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.owner} {self.year}: {self.last}"


class Visit(models.Model):
    """When a person last opened a dossier, to mark what is new since then."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier", "person"], name="one_visit_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.dossier_id}"
