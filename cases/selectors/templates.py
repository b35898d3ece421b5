"""Templates of a country, and what one fills in on the page of a new dossier."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.urls import reverse

from cases import policy
from cases.models import Template
from cases.models.templates import FILLED
from cases.selectors import mandates

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User


@dataclass(frozen=True)
class TemplateRow:
    """A template in the list of a country's templates."""

    name: str
    url: str
    kind: str
    title: str
    version: int
    made_by: str


def in_use(user: "User") -> list[Template]:
    """The templates of the own country, by kind and name."""
    found = Template.objects.visible_to(user).in_use().select_related("made_by")
    return sorted(found, key=_place)


def to_open_with(user: "User") -> list[Template]:
    """Those to begin a dossier with: the own country's first, then those of each one opens for."""
    found = sorted(_to_open_with(user), key=_place)
    return sorted(found, key=lambda each: (each.owner != user.country, each.owner))


def _to_open_with(user: "User") -> "QuerySet[Template]":
    standing = mandates.standing_of(user).only("owner", "kinds")
    found: QuerySet[Template] = policy.templates_to_open_with(
        Template.objects.all(), user, standing
    )
    return found


def _place(template: Template) -> tuple[str, str, str]:
    return (str(template.get_kind_display()), template.name, str(template.pk))


def listed(user: "User") -> list[TemplateRow]:
    """The same as lines of a list."""
    return [
        TemplateRow(
            name=each.name,
            url=reverse("template", args=[each.pk]),
            kind=str(each.get_kind_display()),
            title=each.title,
            version=each.version,
            made_by=str(each.made_by),
        )
        for each in in_use(user)
    ]


def versions(template: Template, user: "User") -> list[Template]:
    """Every version of a template, the newest first."""
    found = Template.objects.visible_to(user).filter(series=template.series)
    return list(found.select_related("made_by", "ended_by").order_by("-version"))


def values(template: Template) -> dict[str, Any]:
    """What a template fills in; for whom one opens is the country whose template it is."""
    return {name: getattr(template, name) for name in ("owner", "kind", *FILLED)}


def chosen(user: "User", key: str) -> Template | None:
    """The template of this key, when the person may choose it."""
    try:
        return _to_open_with(user).filter(pk=UUID(key)).first()
    except ValueError:
        return None


def filled_in(
    typed: Mapping[str, Any],
    template: Template | None,
    *,
    offered: Mapping[str, Any],
    before: Template | None,
) -> dict[str, Any]:
    """What was typed, with the template's words where nothing was typed.

    What the page offered by itself, or another template filled in before, was not typed.
    """
    if template is None:
        return dict(typed)
    earlier = values(before) if before else {}
    untouched = {
        name
        for name, now in typed.items()
        if now in ("", str(offered.get(name) or ""), str(earlier.get(name) or ""))
    }
    words = {name: value for name, value in values(template).items() if value}
    return dict(typed) | {name: words[name] for name in words.keys() & untouched}
