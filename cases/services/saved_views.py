"""Saved views of the list of dossiers: keep one, rename it, replace its filters, delete it."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from cases import policy
from cases.models import SavedView
from cases.models.saved_views import PLACES
from cases.services.dossiers import StaleError
from lodesk import audit

if TYPE_CHECKING:
    from accounts.models import User


class NameTakenError(Exception):
    """Another of the person's views has this name."""


class NoPlaceError(Exception):
    """The person keeps as many views as one may."""


@transaction.atomic
def keep(*, name: str, asked: str, by: "User") -> SavedView:
    """Keep filters under a name. `asked`: the query of the list's address, checked before.

    Raises NameTakenError, NoPlaceError, and StaleError when another page of the same person was
    faster.
    """
    _require(by)
    mine = {view.place: view for view in SavedView.objects.visible_to(by)}
    if name in {view.name for view in mine.values()}:
        raise NameTakenError
    free = (place for place in range(1, PLACES + 1) if place not in mine or not mine[place].name)
    place = next(free, None)
    if place is None:
        raise NoPlaceError
    view = mine.get(place)
    if view is None:
        view = _in_a_new_place(SavedView(person_id=by.pk, place=place, name=name, asked=asked))
    else:
        _set(view, by, name=name, asked=asked)
    _log(by, "saved_view.kept")
    return view


def _in_a_new_place(view: SavedView) -> SavedView:
    SavedView.objects.bulk_create([view], ignore_conflicts=True)
    if not SavedView.objects.filter(pk=view.pk).exists():
        raise StaleError
    return view


@transaction.atomic
def rename(*, view: SavedView, name: str, by: "User") -> None:
    """Give a view another name. Raises NameTakenError, and StaleError when it is not there."""
    _require(by)
    _set(view, by, name=name)
    _log(by, "saved_view.changed")


@transaction.atomic
def replace(*, view: SavedView, asked: str, by: "User") -> None:
    """Put other filters in the place of a view's. Raises StaleError when it is not there."""
    _require(by)
    _set(view, by, asked=asked)
    _log(by, "saved_view.changed")


@transaction.atomic
def forget(*, view: SavedView, by: "User") -> None:
    """Delete a view: its place is empty. Raises StaleError when it is not there."""
    _require(by)
    _set(view, by, name="", asked="")
    _log(by, "saved_view.deleted")


def _set(view: SavedView, by: "User", **words: str) -> None:
    """Change what a place holds, if it still holds what the person saw."""
    seen = SavedView.objects.visible_to(by).filter(pk=view.pk, name=view.name)
    try:
        with transaction.atomic():
            changed = seen.update(**words)
    except IntegrityError as error:  # of the unique names: everything else was checked
        raise NameTakenError from error
    if not changed:
        raise StaleError


def _require(by: "User") -> None:
    decision = policy.may_keep_views(by)
    if not decision:
        raise PermissionDenied(decision.reason)


def _log(by: "User", action: str) -> None:
    """Log that it was done; name and filters are the person's own notes, and stay out."""
    audit.log(by=by.pk, action=action, chain=audit.OWN_CHAIN)
