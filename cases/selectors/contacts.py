"""The contacts of the desks as a person may see them: the list, and what pages offer of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Lower, NullIf
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Desk, DirectoryEntry, NationalGroup, Person
from cases import identifiers, policy
from cases.identifiers import IdentifierKind
from cases.models import Contact
from cases.selectors import places
from cases.states import ContactAct, Sight
from lodesk.ui.links import capped

if TYPE_CHECKING:
    from accounts.models import User

A_PAGE = 26
MOST = 100  # counted no further
OFFERED = 50  # to the composer


@dataclass(frozen=True)
class Filters:
    """Which contacts; nothing set is every one in sight that is not retired."""

    q: str = ""  # words, or a telephone number in any notation
    desk: str = ""
    kind: str = ""
    kept: str = ""  # "me"
    state: str = ""  # "retired"


@dataclass(frozen=True)
class ContactRow:
    """A contact in the list. Of what somebody else keeps for himself only whose it is."""

    key: UUID
    owner: str
    url: str
    label: str
    what: str
    reached: str
    desk: str
    keeper: str
    is_kept: bool
    held_back: bool = False


@dataclass(frozen=True)
class Found:
    """A page of the list, and the contacts beside which the neighbouring pages begin."""

    rows: Sequence[ContactRow] = ()
    after: UUID | None = None
    before: UUID | None = None
    count: str = ""


NOTHING = Found()


def is_held_back(contact: Contact, user: "User") -> bool:
    """Whether somebody else keeps this for himself: a look at it is logged (see the service)."""
    return contact.visibility == Sight.MINE and contact.keeper_id != user.pk


def _not_held_back(user: "User") -> Q:
    return ~Q(visibility=Sight.MINE) | Q(keeper=user.pk)


# The list ---------------------------------------------------------------------------------


def listed(
    user: "User", asked: Filters, *, after: UUID | None = None, before: UUID | None = None
) -> Found:
    """The page of the list beside a contact; from the beginning without one.

    By name; what is held back stands by the name of its keeper, and words do not find it.
    """
    rows = _matching(_placed(user), user, asked)
    start = before or after
    place = _placed(user).filter(origin=start).values_list("place", "origin").first()
    if start and place is None:
        return NOTHING
    found = list(_beside(rows, place, backwards=before is not None)[: A_PAGE + 1])
    more, found = len(found) > A_PAGE, found[:A_PAGE]
    if before is not None:
        found.reverse()
    further, earlier = (True, more) if before is not None else (more, after is not None)
    return Found(
        rows=_lines(found, user),
        after=found[-1].origin_id if found and further else None,
        before=found[0].origin_id if found and earlier else None,
        count=_count(rows),
    )


def _placed(user: "User") -> QuerySet[Any]:
    by_name = Lower(Coalesce(NullIf("name", Value("")), "authority"))
    place = Case(When(_not_held_back(user), then=by_name), default=Lower("keeper__name"))
    return Contact.objects.visible_to(user).annotate(place=place)


def _matching(rows: QuerySet[Any], user: "User", asked: Filters) -> QuerySet[Any]:
    retired = Q(act=ContactAct.RETIRED)
    rows = rows.filter(retired if asked.state == "retired" else ~retired)
    if asked.desk:
        rows = rows.filter(desk__code=asked.desk)
    if asked.kept == "me":
        rows = rows.filter(keeper=user.pk)
    if asked.kind or asked.q:
        rows = rows.filter(_not_held_back(user))
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    return rows.filter(_says(asked.q)) if asked.q else rows


def _says(words: str) -> Q:
    found = Q()
    for field in ("name", "authority", "function", "email", "note"):
        found |= Q(**{f"{field}__icontains": words})
    regions = {code for desk in Desk.objects.all() for code in desk.accredited_countries}
    numbers = identifiers.normals(words, sorted(regions))
    return found | Q(phones__overlap=numbers) if numbers else found


def _beside(rows: QuerySet[Any], place: Any, *, backwards: bool) -> QuerySet[Any]:
    order = ("-place", "-origin") if backwards else ("place", "origin")
    if place is not None:
        way, (name, key) = "lt" if backwards else "gt", place
        later = Q(**{f"place__{way}": name}) | Q(place=name, **{f"origin__{way}": key})
        rows = rows.filter(later)
    return rows.select_related("desk", "keeper").order_by(*order)


def _count(rows: QuerySet[Any]) -> str:
    number = rows.order_by()[: MOST + 1].count()
    words = ngettext("%(count)s contact", "%(count)s contacts", number)
    return words % {"count": capped(number, MOST)}


def _lines(contacts: Sequence[Contact], user: "User") -> list[ContactRow]:
    kept = _kept(contacts)
    return [_line(each, user, is_kept=each.pk in kept) for each in contacts]


def _line(contact: Contact, user: "User", *, is_kept: bool) -> ContactRow:
    held_back = is_held_back(contact, user)
    label, what, reached = _("held back: opening it is logged"), "", ""
    if not held_back:
        label = contact.label
        authority = contact.authority if contact.name else ""
        what = ", ".join(filter(None, [contact.function, authority]))
        phones = telephones(contact)
        reached = as_shown(phones[0]) if phones else contact.email
    return ContactRow(
        key=contact.origin_id or contact.pk,
        owner=contact.owner,
        url=reverse("contact", args=[contact.origin_id]),
        label=label,
        what=what or ("" if held_back else str(contact.get_kind_display())),
        reached=reached,
        desk=contact.desk.city,
        keeper=contact.keeper.name,
        is_kept=is_kept,
        held_back=held_back,
    )


def _kept(contacts: Sequence[Contact]) -> set[UUID]:
    """Keys of those whose keeper still is one of those who keep such contacts."""
    groups = {(group.country, group.desk_id): group.pk for group in NationalGroup.objects.all()}
    people = {each.keeper_id for each in contacts}
    entries = DirectoryEntry.objects.filter(person__in=people)
    posted = set(entries.values_list("person", "group"))
    found = set()
    for each in contacts:
        group = groups.get((each.owner, each.desk_id)) or groups.get((each.owner, None))
        if (each.keeper_id, group) in posted:
            found.add(each.pk)
    return found


def telephones(contact: Contact) -> list[identifiers.Identifier]:
    """The numbers as they are shown, each with what is to be said of it."""
    region = contact.host_country
    return [identifiers.read(IdentifierKind.PHONE, each, region=region) for each in contact.phones]


def as_shown(number: identifiers.Identifier) -> str:
    """A right number in one form for all, a wrong one as it was written."""
    return number.value if number.warning else number.shown


# What pages offer -------------------------------------------------------------------------


def keeps_any(user: "User") -> bool:
    """Whether this person keeps a contact that can be handed over."""
    return Contact.objects.visible_to(user).in_use().filter(keeper=user.pk).exists()


def kept_at(user: "User") -> list[Desk]:
    """The desks at which this person keeps contacts."""
    mine = Contact.objects.visible_to(user).in_use().filter(keeper=user.pk)
    return list(Desk.objects.filter(pk__in=mine.values("desk")).order_by("city"))


def desks_to_keep_at(user: "User") -> list[Desk]:
    """The desks at which this person may add contacts."""
    own = places.desks_of(user)
    desks = Desk.objects.order_by("city")
    if None not in own:
        return list(desks.filter(pk__in=[desk for desk in own if desk is not None]))
    teams = NationalGroup.objects.filter(country=user.country, desk__isnull=False)
    here = Q(pk__in=[desk for desk in own if desk is not None])
    return list(desks.filter(here | ~Q(pk__in=teams.values("desk"))))


def desks_in_sight(user: "User") -> list[Desk]:
    """The desks whose contacts this person may see."""
    own = places.desks_of(user)
    desks = Desk.objects.order_by("city")
    if None in own:
        return list(desks)
    return list(desks.filter(pk__in=[desk for desk in own if desk is not None]))


def keepers(owner: str, desks: Iterable[Desk], *, but: int) -> dict[str, list[Person]]:
    """Who can be given a contact of a country, by the code of the desk, except one person."""
    groups = {desk.code: policy.keepers(owner, desk.pk) for desk in desks}
    entries = DirectoryEntry.objects.filter(group__in=set(groups.values())).exclude(person=but)
    people: dict[int | None, dict[int, Person]] = {}
    for entry in entries.select_related("person").order_by("person__name", "person"):
        people.setdefault(entry.group_id, {}).setdefault(entry.person_id, entry.person)
    return {code: list(people.get(group, {}).values()) for code, group in groups.items()}


def authorities(user: "User", desk_id: int) -> list[str]:
    """Authorities of the desk's contacts, to choose a counterpart from."""
    rows = Contact.objects.visible_to(user).in_use().filter(_not_held_back(user), desk=desk_id)
    named = rows.exclude(authority="").order_by("authority").values_list("authority", flat=True)
    return list(named.distinct()[:OFFERED])
