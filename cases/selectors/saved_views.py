"""The saved views of a person."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse

from cases.models import SavedView

if TYPE_CHECKING:
    from accounts.models import User


def of(user: "User") -> list[SavedView]:
    """The person's views, by name."""
    found = SavedView.objects.visible_to(user).in_use()
    return sorted(found, key=lambda view: (view.name.casefold(), view.name))


def chosen(views: list[SavedView], key: UUID | None) -> SavedView | None:
    """The one of these that is open; a key of anybody else's is none."""
    return next((view for view in views if view.pk == key), None)


def address(view: SavedView) -> str:
    """The list with the filters of a view."""
    return f"{reverse('dossiers')}?{view.asked}&view={view.pk}"
