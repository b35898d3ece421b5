"""People and objects of a dossier: the panel beside the timeline, and the page of one of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet, Window
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import identifiers
from cases.identifiers import Identifier as Number
from cases.models import Connection, Dossier, Identifier, Party
from cases.models.connections import BACKWARDS, ConnectionKind
from cases.models.parties import PartyKind, PersonRole
from cases.selectors import known

SHOWN = 20  # in the panel; the rest stands on the page of all


@dataclass(frozen=True)
class PartyLine:
    """A person or an object in one line."""

    name: str
    url: str
    what: str
    warning: str = ""
    note: str = ""
    elsewhere: str = ""
    elsewhere_url: str = ""
    withdrawn: bool = False


@dataclass(frozen=True)
class Panel:
    """The first lines, and how many there are."""

    lines: Sequence[PartyLine]
    total: int


# Which rows -------------------------------------------------------------------------------


def of(dossier: Dossier) -> QuerySet[Party]:
    """Versions of the parties of a dossier, with their numbers."""
    numbers = Prefetch("identifiers", Identifier.objects.order_by("place"))
    return Party.objects.filter(dossier=dossier).prefetch_related(numbers)


def present(dossier: Dossier) -> QuerySet[Party]:
    """The present versions, in the order in which they were added."""
    order = ("origin__added_at", "origin__place", "origin_id")
    return of(dossier).filter(current=True).order_by(*order)


def newest(dossier: Dossier) -> QuerySet[Party]:
    """The last version of each: the present ones and the withdrawn ones."""
    return of(dossier).filter(replaced_by=None)


def numbers_of(party: Party) -> list[Number]:
    """The numbers of a version whose rows have been read."""
    return [
        identifiers.stored(each.kind, each.value, each.normal) for each in party.identifiers.all()
    ]


# In words ---------------------------------------------------------------------------------


def label(party: Party) -> str:
    """A name, a number, or both: "MV Voorbeeld, IMO 9074729"."""
    numbers = numbers_of(party)
    if party.name and party.kind == PartyKind.ITEM and numbers:
        return f"{party.name}, {numbers[0].shown}"
    return party.name or (numbers[0].shown if numbers else what(party))


def kind(party: Party) -> str:
    """What it is: "container", "ship", "person"."""
    numbers = party.identifiers.all()
    if party.kind == PartyKind.ITEM and numbers:
        return str(identifiers.IdentifierKind(numbers[0].kind).label)
    return str(PartyKind(party.kind).label)


def part(party: Party) -> str:
    """What it is in the matter: "witness", "shipper"."""
    return str(PersonRole(party.role).label) if party.role else party.part


def what(party: Party) -> str:
    """Both: "container", "person, witness", "organisation, shipper"."""
    return ", ".join(each for each in (kind(party), part(party)) if each)


def sort_of(party: Party) -> str:
    """Kind and role as the choice that they are on the form: "person:witness", "item"."""
    return f"{party.kind}:{party.role}" if party.role else party.kind


def url_of(party: Party, reference: str) -> str:
    """The page of a party, the same for all its versions."""
    return reverse("party", args=[reference, party.origin_id])


def elsewhere(count: int) -> str:
    """ "also in 2 other dossiers you may see"."""
    if not count:
        return ""
    sentence = ngettext(
        "also in %(count)s other dossier you may see",
        "also in %(count)s other dossiers you may see",
        count,
    )
    return sentence % {"count": count}


def search_url(number: str) -> str:
    """Where all dossiers in sight with this number are listed."""
    return f"{reverse('search')}?{urlencode({'q': number, 'all': '1'})}"


# The panel, and the page of all -------------------------------------------------------------


def panel(dossier: Dossier) -> Panel:
    """The first of the present parties."""
    counted = present(dossier).annotate(total=Window(Count("pk")))
    found = list(counted[:SHOWN])
    return Panel(_lines(found, dossier), found[0].total if found else 0)


def everything(dossier: Dossier) -> list[PartyLine]:
    """All parties, the withdrawn ones last."""
    gone = of(dossier).filter(replaced_by__withdrawn=True).order_by("added_at", "origin_id")
    lines = [_line(party, dossier, {}) for party in gone]
    withdrawn = [replace(line, withdrawn=True) for line in lines]
    return [*_lines(list(present(dossier)), dossier), *withdrawn]


def _lines(parties: Sequence[Party], dossier: Dossier) -> list[PartyLine]:
    numbers = [each.normal for party in parties for each in party.identifiers.all()]
    counts = known.elsewhere(numbers, than=dossier)
    return [_line(party, dossier, counts) for party in parties]


def _line(party: Party, dossier: Dossier, counts: dict[str, int]) -> PartyLine:
    numbers = numbers_of(party)
    most = max(numbers, key=lambda each: counts.get(each.normal, 0), default=None)
    count = counts.get(most.normal, 0) if most else 0
    right = len(numbers) > 0 and all(each.confirmed for each in numbers) and bool(count)
    return PartyLine(
        name=label(party),
        url=url_of(party, dossier.reference),
        what=what(party),
        warning=next((each.warning for each in numbers if each.warning), ""),
        note=_("check digit correct") if right else "",
        elsewhere=elsewhere(count),
        elsewhere_url=search_url(most.shown) if most and count else "",
    )


# In the timeline ------------------------------------------------------------------------------


def told(dossier: Dossier, keys: Iterable[str]) -> dict[str, Party]:
    """Versions that events name, and those that they withdrew, by key."""
    wanted = [key for key in keys if _is_key(key)]
    if not wanted:
        return {}
    withdrawn = Q(replaced_by__in=wanted, replaced_by__withdrawn=True)
    found = of(dossier).filter(Q(pk__in=wanted) | withdrawn)
    return {str(each.pk): each for each in found}


def connection_words(kind: str, *, backwards: bool = False) -> str:
    """ "owner of", or read the other way "owned by"."""
    known_kind = ConnectionKind(kind)
    return str(BACKWARDS[known_kind] if backwards else known_kind.label)


def told_connections(dossier: Dossier, keys: Iterable[str]) -> dict[str, str]:
    """Connections that events name, in words, by key."""
    wanted = [key for key in keys if _is_key(key)]
    if not wanted:
        return {}
    found = list(Connection.objects.filter(dossier=dossier, pk__in=wanted))
    ends = {key for each in found for key in (each.one_id, each.other_id)}
    newest = of(dossier).filter(origin__in=ends, withdrawn=False).order_by("number")
    names = {each.origin_id: label(each) for each in newest}
    return {
        str(each.pk): _("%(one)s, %(how)s %(other)s")
        % {
            "one": names.get(each.one_id, ""),
            "how": connection_words(each.kind),
            "other": names.get(each.other_id, ""),
        }
        for each in found
    }


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
