"""Templates of a country, and what one fills in on the page of a new dossier."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.urls import reverse

from cases.models import Template
from cases.models.templates import FILLED

if TYPE_CHECKING:
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
    """The templates a person may choose, by kind and name."""
    found = Template.objects.visible_to(user).in_use().select_related("made_by")
    return sorted(found, key=lambda each: (str(each.get_kind_display()), each.name, str(each.pk)))


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
    """What a template fills in."""
    return {name: getattr(template, name) for name in ("kind", *FILLED)}


def chosen(user: "User", key: str) -> Template | None:
    """The template of this key, when the person may choose it."""
    try:
        return Template.objects.visible_to(user).in_use().filter(pk=UUID(key)).first()
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
