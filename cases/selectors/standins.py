"""Stand-ins: who does the work of somebody absent, on which dossiers, and what was done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Absence, Certificate, Desk, DirectoryEntry, Person
from cases import policy
from cases.models import Dossier, DossierUserPermission, Entry, Mandate, StandIn
from cases.models.entries import EntryKind
from cases.models.standins import StandInQuerySet
from cases.selectors import mandates, rows, timeline
from cases.selectors.absences import MOST, span
from cases.selectors.rows import Line, Row
from cases.states import Level, Status
from lodesk.border.context import remembered

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class StandInLine:
    """Who stands in for whom, for what and until when."""

    url: str
    absent: str
    stand_in: str
    what: str
    starts_at: datetime
    ends_at: datetime
    state: str
    signal: str = ""


def visible(user: "User") -> StandInQuerySet:
    """The stand-ins that concern a person, with what their pages show."""
    return StandIn.objects.visible_to(user).select_related(
        "absent", "stand_in", "acting", "desk", "dossier", "made_by", "ended_by"
    )


def lines(user: "User") -> list[StandInLine]:
    """Those that stand or are to come, the first first."""
    return [line(each) for each in visible(user).planned().order_by("starts_at", "pk")[:MOST]]


def line(standin: StandIn) -> StandInLine:
    """A stand-in as one line; who in fact stands in, at the end of a chain."""
    state, signal = _state(standin)
    return StandInLine(
        url=reverse("standin", args=[standin.pk]),
        absent=standin.absent.name,
        stand_in=_who(standin),
        what=what(standin),
        starts_at=standin.starts_at,
        ends_at=standin.ends_at,
        state=state,
        signal=signal,
    )


def what(standin: StandIn) -> str:
    """ "BE-BOG-2026-00042", or all the absent person handles at the desk."""
    if standin.dossier is not None:
        return standin.dossier.reference
    return _("everything handled in %(city)s") % {"city": standin.desk.city}


def _who(standin: StandIn) -> str:
    acting = standin.acting
    if acting is None or acting.pk == standin.stand_in_id:
        return standin.stand_in.name
    values = {"stand_in": standin.stand_in.name, "acting": acting.name}
    return _("%(stand_in)s, absent too: %(acting)s") % values


def is_planned(standin: StandIn) -> bool:
    """Whether it stands or is to come, and so can be ended."""
    over = standin.ended_at is not None or standin.over_at is not None
    return not over and standin.ends_at > timezone.now()


def _state(standin: StandIn) -> tuple[str, str]:
    now = timezone.now()
    if standin.ended_at is not None:
        return _("ended early"), "done"
    if standin.over_at is not None or standin.ends_at <= now:
        return _("over"), "done"
    if standin.starts_at > now:
        return pgettext("stand-in", "to come"), "wait"
    if standin.acting_id is None:
        return _("nobody stands in"), "late"
    return pgettext("stand-in", "stands in now"), ""


def work_at(people: Sequence[Person], desk: Desk) -> bool:
    """Whether all these people work on dossiers at a desk now."""
    numbers = {person.pk for person in people}
    there = DirectoryEntry.objects.filter(person__in=numbers, desk=desk.pk, group__isnull=False)
    return set(there.values_list("person_id", flat=True)) == numbers


def overlaps(standin: StandIn) -> bool:
    """Whether somebody stands in for the same work at some of that time."""
    return (
        StandIn.objects.planned()
        .filter(absent=standin.absent_id, desk=standin.desk_id, dossier=standin.dossier_id)
        .filter(starts_at__lt=standin.ends_at, ends_at__gt=standin.starts_at)
        .exists()
    )


def within(absence: Absence, user: "User") -> list[StandIn]:
    """The planned stand-ins that lie within the days of an absence, for who may end them."""
    found = StandIn.objects.visible_to(user).planned().filter(absent=absence.person_id)
    inside = []
    for each in found.select_related("desk", "absent").order_by("starts_at", "pk"):
        begins, ends = span(absence.starts_on, absence.ends_on, each.desk)
        if begins <= each.starts_at and each.ends_at <= ends:
            inside.append(each)
    return [each for each in inside if policy.may_arrange(user, each.absent, each.desk_id)]


# What a stand-in covers, and what was done ------------------------------------------------


def held(user: "User", *, most: int) -> list[Row]:
    """The dossiers a person holds in the place of their handler, as lines of a list."""
    keys = keys_held(user, most=most)
    if not keys:
        return []
    found = _rows(Dossier.objects.visible_to(user).filter(pk__in=keys), user)
    return [replace(row, may_hand_over=True) for row in found]


def keys_held(user: "User", *, most: int) -> set[UUID]:
    """Keys of these dossiers, no more than `most`; asked once a request."""
    return remembered(("stands in", user.pk, most), lambda: _keys_held(user, most))


def _keys_held(user: "User", most: int) -> set[UUID]:
    mine = DossierUserPermission.objects.filter(user_id=user.pk, standin__isnull=False)
    return set(_keys(mine)[:most])


def covered(standin: StandIn, user: "User") -> list[Row]:
    """The dossiers on which it gives rights now, of those in sight."""
    given = DossierUserPermission.objects.filter(standin=standin.pk)
    return _rows(Dossier.objects.visible_to(user).filter(pk__in=_keys(given)[:MOST]), user)


def _keys(grants: QuerySet[DossierUserPermission]) -> QuerySet[DossierUserPermission, UUID]:
    return grants.filter(permission__codename=Level.HANDLE + policy.SUFFIX).values_list(
        "content_object", flat=True
    )


def _rows(dossiers: QuerySet[Dossier], user: "User") -> list[Row]:
    return sorted(rows.make(Line.all(dossiers, user), user), key=rows.by_due)


@dataclass(frozen=True)
class NotCovered:
    """A dossier of the absent person that the stand-in does not get, and why."""

    row: Row
    why: str


def not_covered(standin: StandIn, user: "User") -> list[NotCovered]:
    """What stays without a stand-in, of the dossiers in sight; the same rules as in PostgreSQL."""
    handled = Dossier.objects.visible_to(user).filter(
        handler=standin.absent_id, desk=standin.desk_id
    )
    handled = handled.exclude(status=Status.CLOSED)
    if standin.dossier_id is not None:
        handled = handled.filter(pk=standin.dossier_id)
    given = DossierUserPermission.objects.filter(standin=standin.pk)
    unsure = handled.filter(~Q(owner=standin.country) | Q(confined=True))
    reasons = _reasons(standin, unsure.exclude(pk__in=_keys(given)).order_by("reference")[:MOST])
    stay = Dossier.objects.visible_to(user).filter(reference__in=reasons)
    return [NotCovered(row, reasons[row.reference]) for row in _rows(stay, user)]


def _reasons(standin: StandIn, dossiers: Iterable[Dossier]) -> dict[str, str]:
    stand_in = standin.acting_id or standin.stand_in_id
    groups = mandates.groups_of([stand_in]).get(stand_in, ())
    today = policy.TODAY
    certified = set(
        Certificate.objects.filter(
            person=stand_in, issued_on__lte=today, valid_until__gte=today
        ).values_list("rules_of", flat=True)
    )
    standing = list(
        Mandate.objects.valid_now().filter(
            dossier__isnull=True, desk=standin.desk_id, level=Level.HANDLE
        )
    )
    found = {}
    for each in dossiers:
        why = ""
        if each.confined and standin.made_by_id != standin.absent_id:
            why = _("confined: only the handler says who stands in")
        elif each.owner != standin.country:
            fitting = [
                mandate for mandate in standing
                if mandate.owner == each.owner and (not mandate.kinds or each.kind in mandate.kinds)
            ]  # fmt: skip
            if mandates.first_covering(fitting, person=stand_in, groups=groups) is None:
                why = _("no standing mandate of %(country)s covers the stand-in")
            elif each.owner not in certified:
                why = _("the stand-in has no valid certificate for the rules of %(country)s")
        if why:
            found[each.reference] = why % {"country": each.owner}
    return found


@dataclass(frozen=True)
class Done:
    """One thing the stand-in did: where, when and what kind of thing, not its text."""

    at: datetime
    reference: str
    url: str
    what: str


def done(standin: StandIn, user: "User") -> list[Done]:
    """What was done on behalf of the absent person while it lasted, the latest first."""
    found = Entry.objects.filter(
        Q(event="") | Q(event__in=timeline.EVENTS),
        dossier__in=Dossier.objects.visible_to(user),
        on_behalf_of=standin.absent_id,
        recorded_at__gte=standin.starts_at,
        recorded_at__lte=standin.over_at or timezone.now(),
    )
    if standin.dossier_id is not None:
        found = found.filter(dossier=standin.dossier_id)
    latest = found.select_related("dossier", "author").order_by("-recorded_at", "-pk")[:MOST]
    return [
        Done(
            each.recorded_at,
            each.dossier.reference,
            reverse("dossier", args=[each.dossier.reference]),
            timeline.sentence(each) if each.event else _written(each),
        )
        for each in latest
    ]


def _written(entry: Entry) -> str:
    who = entry.author.name if entry.author else ""
    return _("%(kind)s, by %(who)s") % {"kind": EntryKind(entry.kind).label, "who": who}
