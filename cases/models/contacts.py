"""Contacts: whom a desk works with at authorities and partners, kept by a person of one country.

A row is a version: nothing in it changes. A change, another keeper and the end are each a new
version that names the one it replaces.
"""

import uuid
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Country, Desk, Person
from cases import policy
from cases.identifiers import LONGEST
from cases.models.checks import in_our_time, one_of
from cases.models.entries import Channel
from cases.states import ContactAct, Sight

if TYPE_CHECKING:
    from accounts.models import User


class ContactKind(models.TextChoices):
    """What somebody is to a liaison officer (domain.md 1.4, 1.5; Decision 2003/170/JHA)."""

    HOST_POLICE = "host_police", _("host police")
    JUDICIARY = "judiciary", _("prosecution or judiciary")
    CUSTOMS = "customs", _("customs")
    LIAISON_OFFICER = "liaison_officer", _("other liaison officer")
    BUREAU = "bureau", _("Europol or INTERPOL bureau")
    EMBASSY = "embassy", _("embassy")
    PARTNER = "partner", _("private partner")
    OTHER = "other", pgettext_lazy("contact", "other contact")


# What a contact says; who keeps it and who may see it are said beside it.
SAID = (
    "name", "authority", "function", "kind", "host_country", "phones", "email", "channel",
    "languages", "note",
)  # fmt: skip
MOST_PHONES = 5


class ContactQuerySet(models.QuerySet["Contact"]):
    """Contacts as a person may see them."""

    def visible_to(self, user: "User") -> Self:
        """The present versions that are for this person."""
        return policy.contacts(self.filter(current=True), user)

    def in_use(self) -> Self:
        """Those that are not retired."""
        return self.exclude(act=ContactAct.RETIRED)

    def versions_of(self, contact: "Contact", user: "User") -> Self:
        """Every version of a contact in sight that was for this person, too."""
        in_sight = Contact.objects.visible_to(user).filter(origin=contact.origin_id)
        return policy.contacts(self.filter(origin__in=in_sight.values("origin")), user)


class Contact(models.Model):
    """One version of a contact of a country at a desk. What one needs to reach it, nothing more."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.CharField(max_length=2, choices=Country.choices)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="+", db_index=False)
    keeper = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    visibility = models.CharField(
        _("who sees it"), max_length=4, choices=Sight.choices, default=Sight.TEAM
    )
    # The first version, by which all are named; set by the database, like the two after it.
    origin = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    number = models.PositiveIntegerField(default=1)
    current = models.BooleanField(default=True)

    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )
    act = models.CharField(max_length=11, choices=ContactAct.choices, default=ContactAct.MADE)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField(default=timezone.now)

    name = models.CharField(_("name"), max_length=120, blank=True)
    authority = models.CharField(_("authority or organisation"), max_length=160, blank=True)
    function = models.CharField(_("function"), max_length=120, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=ContactKind.choices)
    host_country = models.CharField(_("host country"), max_length=2)  # ISO 3166-1 alpha-2
    # In E.164; what is no number of its country stays as it was written.
    phones = ArrayField(
        models.CharField(max_length=LONGEST), default=list, blank=True, verbose_name=_("telephones")
    )
    email = models.CharField(_("e-mail"), max_length=120, blank=True)
    channel = models.CharField(
        _("preferred channel"), max_length=10, choices=Channel.choices, blank=True
    )
    languages = ArrayField(
        models.CharField(max_length=2), default=list, blank=True, verbose_name=_("languages")
    )
    note = models.TextField(_("note"), blank=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("visibility", Sight.values, name="contact_visibility"),
            one_of("act", ContactAct.values, name="contact_act"),
            one_of("kind", ContactKind.values, name="contact_kind"),
            one_of("channel", Channel.values, name="contact_channel"),
            in_our_time("made_at", name="contact_in_our_time"),
            models.CheckConstraint(condition=~Q(name="", authority=""), name="contact_is_named"),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) & Q(act=ContactAct.MADE)
                | Q(replaces__isnull=False) & ~Q(act=ContactAct.MADE),
                name="contact_change_names_what_it_replaces",
            ),
            models.CheckConstraint(
                condition=Q(act=ContactAct.RETIRED) ^ Q(reason=""), name="contact_end_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(phones__len__lte=MOST_PHONES), name="contact_has_few_phones"
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "desk"], name="contact_by_desk", condition=Q(current=True)
            ),
            models.Index(fields=["keeper"], name="contact_by_keeper", condition=Q(current=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"

    @property
    def label(self) -> str:
        """By what one finds it: the person, or else the authority."""
        return self.name or self.authority

    @property
    def is_retired(self) -> bool:
        """Whether it is not used any more."""
        return self.act == ContactAct.RETIRED
