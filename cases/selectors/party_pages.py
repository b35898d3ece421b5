"""The page of one person or object: what is known, its numbers, connections and versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django_countries import countries

from cases.identifiers import Identifier as Number
from cases.models import Connection, Dossier, Party
from cases.models.parties import ALL_DETAILS, SpecialCategory
from cases.selectors import known, parties
from lodesk.ui import times
from lodesk.ui.shapes import Fact


@dataclass(frozen=True)
class NumberLine:
    """A number on the page of its party."""

    kind: str
    shown: str
    written: str
    remark: str
    warning: bool
    elsewhere: str = ""
    elsewhere_url: str = ""


@dataclass(frozen=True)
class ConnectionLine:
    """How a party is connected with another of the dossier."""

    key: UUID
    how: str
    name: str
    url: str
    note: str


@dataclass(frozen=True)
class VersionLine:
    """A version: when, by whom, why, and what it said."""

    number: int
    at: datetime
    by: str
    reason: str
    facts: Sequence[Fact]
    withdrawn: bool


@dataclass(frozen=True)
class PartyPage:
    """Everything about one party."""

    key: UUID
    name: str
    what: str
    facts: Sequence[Fact]
    note: str
    special: Sequence[Fact]
    numbers: Sequence[NumberLine]
    connections: Sequence[ConnectionLine]
    versions: Sequence[VersionLine]
    withdrawn: str  # the reason


def page(party: Party, dossier: Dossier) -> PartyPage:
    """A present or withdrawn party with all its versions and connections."""
    versions = list(
        parties.of(dossier)
        .filter(origin=party.origin_id)
        .select_related("added_by")
        .order_by("-number")
    )
    last = versions[0]
    shown = versions[1] if last.withdrawn and len(versions) > 1 else last
    return PartyPage(
        key=last.origin_id or last.pk,
        name=parties.label(shown),
        what=parties.what(shown),
        facts=facts(shown),
        note=shown.note,
        special=special(shown),
        numbers=_number_lines(shown, dossier),
        connections=_connection_lines(party, dossier),
        versions=[_version_line(each) for each in versions],
        withdrawn=last.reason if last.withdrawn else "",
    )


def facts(party: Party) -> list[Fact]:
    """What a version says of who or what it is, field by field."""
    names = ("name", "part", *ALL_DETAILS)
    said = [Fact(str(capfirst(_title(name))), _value(party, name)) for name in names]
    return [fact for fact in said if fact.value]


def _title(name: str) -> str:
    return str(Party._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _value(party: Party, name: str) -> str:
    if name == "born_on":
        return times.full_date(party.born_on) if party.born_on else ""
    if name == "nationality":
        return str(countries.name(party.nationality)) if party.nationality else ""
    if name == "sex":
        return str(party.get_sex_display()) if party.sex else ""
    return str(getattr(party, name))


def special(party: Party) -> list[Fact]:
    """Special categories of data, with why they are strictly necessary (art. 10)."""
    if not party.special_categories:
        return []
    names = [str(SpecialCategory(code).label) for code in party.special_categories]
    said = [
        Fact(_("Categories"), ", ".join(names)),
        Fact(_("Data"), party.special_data),
        Fact(_("Strictly necessary because"), party.special_reason),
    ]
    return [fact for fact in said if fact.value]


def _number_lines(party: Party, dossier: Dossier) -> list[NumberLine]:
    numbers = parties.numbers_of(party)
    counts = known.elsewhere([each.normal for each in numbers], than=dossier)
    return [_number_line(each, counts.get(each.normal, 0)) for each in numbers]


def _number_line(number: Number, count: int) -> NumberLine:
    return NumberLine(
        kind=str(capfirst(number.label)),
        shown=number.shown,
        written=number.value if number.differs else "",
        remark=number.warning or (_("check digit correct") if number.confirmed else ""),
        warning=bool(number.warning),
        elsewhere=parties.elsewhere(count),
        elsewhere_url=parties.search_url(number.shown) if count else "",
    )


def _connection_lines(party: Party, dossier: Dossier) -> list[ConnectionLine]:
    found = Connection.objects.filter(dossier=dossier, current=True).order_by("added_at", "id")
    mine = [each for each in found if party.origin_id in (each.one_id, each.other_id)]
    names = {each.origin_id: each for each in parties.present(dossier)} if mine else {}
    lines = []
    for each in mine:
        forwards = each.one_id == party.origin_id
        other = names.get(each.other_id if forwards else each.one_id)
        if other is not None:
            how = str(parties.connection_words(each.kind, backwards=not forwards))
            url = parties.url_of(other, dossier.reference)
            lines.append(ConnectionLine(each.pk, how, parties.label(other), url, each.note))
    return lines


def _version_line(version: Party) -> VersionLine:
    numbers = [Fact(str(capfirst(each.label)), each.value) for each in parties.numbers_of(version)]
    note = [Fact(_("Known"), version.note)] if version.note else []
    return VersionLine(
        number=version.number,
        at=version.added_at,
        by=str(version.added_by),
        reason=version.reason,
        facts=[
            Fact(_("Kind"), parties.what(version)),
            *facts(version),
            *numbers,
            *note,
            *special(version),
        ],
        withdrawn=version.withdrawn,
    )
