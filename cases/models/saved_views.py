"""Saved views: filters of the list of dossiers under a name, each person's own."""

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from accounts.models import Person
from cases import policy

if TYPE_CHECKING:
    from accounts.models import User

PLACES = 20  # so many a person keeps
IN_USE = ~Q(name="")


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Saved views as a person may see them."""

    def visible_to(self, user: "User") -> "SavedViewQuerySet":
        """The own ones, of who reads dossiers."""
        return policy.saved_views(self, user)

    def in_use(self) -> "SavedViewQuerySet":
        """Without the places that were emptied."""
        return self.filter(IN_USE)


class SavedView(models.Model):
    """One place for a view. Deleting a view empties its place, and nothing of it is left.

    It holds what was asked for, and nothing of what was found.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    place = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60, blank=True)
    asked = models.CharField(max_length=1600, blank=True)  # the query of the list's address

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "place"], name="saved_view_place_once"),
            models.UniqueConstraint(
                fields=["person", "name"], condition=IN_USE, name="saved_view_name_once"
            ),
            models.CheckConstraint(
                condition=Q(place__gte=1, place__lte=PLACES), name="saved_view_has_a_place"
            ),
            models.CheckConstraint(
                condition=Q(name="", asked="") | ~Q(name="") & ~Q(asked=""),
                name="saved_view_is_whole_or_empty",
            ),
        ]

    def __str__(self) -> str:
        return self.name
