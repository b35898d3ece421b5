"""People and objects of a dossier, in the kinds of the Universal Message Format.

A row is a version: nothing in it changes. A correction is a new version that names the one it
replaces; a withdrawal is a last one, with its reason.
"""

import uuid
from collections.abc import Sequence
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Person
from cases.identifiers import LONGEST, IdentifierKind
from cases.models.checks import among, in_our_time, one_of
from cases.models.dossiers import Dossier


class PartyKind(models.TextChoices):
    """What it is; the sixth kind of the format, the connection, has a table of its own."""

    PERSON = "person", pgettext_lazy("party", "person")
    ORGANISATION = "organisation", pgettext_lazy("party", "organisation")
    LOCATION = "location", pgettext_lazy("party", "place")
    ITEM = "item", pgettext_lazy("party", "object")
    EVENT = "event", pgettext_lazy("party", "event")


class PersonRole(models.TextChoices):
    """What a person is in a dossier (Directive (EU) 2016/680, art. 6)."""

    SUSPECT = "suspect", _("suspect")
    CONVICTED = "convicted", _("convicted person")
    VICTIM = "victim", _("victim")
    WITNESS = "witness", _("witness")
    CONTACT = "contact", _("contact, associate")
    INFORMANT = "informant", _("informant")
    OTHER = "other", pgettext_lazy("role", "other person")


class SpecialCategory(models.TextChoices):
    """Data that may be processed only where strictly necessary (art. 10)."""

    RACE = "race", _("race or ethnic origin")
    POLITICS = "politics", _("political opinions")
    RELIGION = "religion", _("religion or philosophical beliefs")
    UNION = "union", _("trade-union membership")
    GENETIC = "genetic", _("genetic data")
    BIOMETRIC = "biometric", _("biometric data that identify")
    HEALTH = "health", _("health")
    SEX_LIFE = "sex_life", _("sex life or sexual orientation")


# Which fields a role lets be asked (Directive (EU) 2023/977, art. 10; Regulation (EU) 2016/794,
# Annex II B): of suspects and the convicted all families, of everybody else what tells who it is
# and where the person can be reached.
OF_A_PERSON = ("born_on", "nationality", "address")
OF_A_SUSPECT = ("aliases", "birth_place", "sex", "occupation", "appearance", "conduct")
FULL_ROLES: Sequence[str] = (PersonRole.SUSPECT, PersonRole.CONVICTED)
ALL_DETAILS = (*OF_A_PERSON, *OF_A_SUSPECT)


def details_of(kind: str, role: str) -> tuple[str, ...]:
    """The fields that are asked of such a party, beside name, part, note and identifiers."""
    if kind != PartyKind.PERSON:
        return ("address",) if kind in (PartyKind.ORGANISATION, PartyKind.LOCATION) else ()
    return ALL_DETAILS if role in FULL_ROLES else OF_A_PERSON


class Sex(models.TextChoices):
    """As documents state it."""

    UNKNOWN = "", pgettext_lazy("sex", "unknown")
    FEMALE = "F", pgettext_lazy("sex", "female")
    MALE = "M", pgettext_lazy("sex", "male")
    OTHER = "X", pgettext_lazy("sex", "other (X)")


def _none_of(*fields: str) -> Q:
    blank = Q()
    for field in fields:
        blank &= Q(**{f"{field}__isnull": True}) if field == "born_on" else Q(**{field: ""})
    return blank


class Party(models.Model):
    """One version of a person, organisation, place, object or event of a dossier."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="parties")
    # The first version, by which all are named; set by the database, like the three after it.
    origin = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    number = models.PositiveIntegerField(default=1)
    current = models.BooleanField(default=True)
    added_at = models.DateTimeField(default=timezone.now)

    place = models.PositiveSmallIntegerField(default=0)  # among what was added in one act
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )
    withdrawn = models.BooleanField(default=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)

    kind = models.CharField(_("kind"), max_length=12, choices=PartyKind.choices)
    role = models.CharField(_("role"), max_length=10, choices=PersonRole.choices, blank=True)
    name = models.CharField(_("name"), max_length=160, blank=True)
    part = models.CharField(_("part in the matter"), max_length=60, blank=True)
    note = models.TextField(_("what is known"), blank=True)

    born_on = models.DateField(_("born on"), null=True, blank=True)
    nationality = models.CharField(_("nationality"), max_length=2, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    aliases = models.CharField(_("other names"), max_length=200, blank=True)
    birth_place = models.CharField(_("born in"), max_length=80, blank=True)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices, blank=True)
    occupation = models.CharField(_("occupation"), max_length=120, blank=True)
    appearance = models.CharField(_("appearance"), max_length=300, blank=True)
    conduct = models.CharField(_("known conduct"), max_length=500, blank=True)

    special_categories = ArrayField(
        models.CharField(max_length=10, choices=SpecialCategory.choices), default=list, blank=True
    )
    special_data = models.TextField(_("special categories of data"), blank=True)
    special_reason = models.CharField(_("why strictly necessary"), max_length=500, blank=True)

    class Meta:
        constraints = [
            one_of("kind", PartyKind.values, name="party_kind"),
            among("special_categories", SpecialCategory.values, name="party_special_categories"),
            in_our_time("added_at", name="party_in_our_time"),
            models.CheckConstraint(
                condition=Q(born_on=None)
                | Q(born_on__range=(date(1850, 1, 1), date(2100, 12, 31))),
                name="party_born_in_our_time",
            ),
            models.CheckConstraint(
                condition=Q(kind=PartyKind.PERSON, role__in=PersonRole.values)
                | ~Q(kind=PartyKind.PERSON) & Q(role=""),
                name="party_role_is_a_persons",
            ),
            models.CheckConstraint(
                condition=Q(role__in=FULL_ROLES) | _none_of(*OF_A_SUSPECT),
                name="party_details_of_a_suspect",
            ),
            models.CheckConstraint(
                condition=Q(kind=PartyKind.PERSON) | _none_of("born_on", "nationality"),
                name="party_details_of_a_person",
            ),
            models.CheckConstraint(
                condition=Q(special_categories=[]) & _none_of("special_data", "special_reason")
                | ~Q(special_categories=[]) & Q(kind=PartyKind.PERSON) & ~Q(special_reason=""),
                name="party_special_data_is_justified",
            ),
            models.CheckConstraint(
                condition=Q(replaces=None, withdrawn=False) | ~Q(replaces=None) & ~Q(reason=""),
                name="party_change_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["dossier", "number"], name="party_by_dossier"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Identifier(models.Model):
    """A number of a party, as written and as it is found; it belongs to one version."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="identifiers")
    # Copies for the index of numbers; set by the database.
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+", db_index=False)
    owner = models.CharField(max_length=2, default="")
    current = models.BooleanField(default=True)

    place = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=10, choices=IdentifierKind.choices)
    value = models.CharField(max_length=LONGEST)
    normal = models.CharField(max_length=LONGEST)

    class Meta:
        constraints = [
            one_of("kind", IdentifierKind.values, name="identifier_kind"),
            models.CheckConstraint(
                condition=~Q(value="") & ~Q(normal=""), name="identifier_is_written"
            ),
        ]
        indexes = [
            models.Index(  # equal, or beginning alike
                fields=["owner", "normal"],
                name="identifier_by_number",
                opclasses=["varchar_pattern_ops", "varchar_pattern_ops"],
                condition=Q(current=True),
            ),
            models.Index(
                fields=["dossier", "normal"],
                name="identifier_of_dossier",
                condition=Q(current=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.place}"
