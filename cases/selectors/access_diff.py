"""Who gains and who loses sight when a dossier changes hands, in plain words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import NationalGroup, Person
from cases.models import Dossier, GrantHistory, Mandate
from cases.models.dossiers import HandlingCode
from cases.models.handovers import Keeps
from cases.selectors import access, handovers, mandates, people, places
from cases.selectors.access import Holder
from cases.selectors.hand_over import Party
from cases.states import LADDER, Level
from lodesk.ui import times


@dataclass(frozen=True)
class DiffRow:
    """What changes for one person or group; of a note only `who` and `why`."""

    change: str  # gains, loses, same or note
    who: str
    now: str = ""
    then: str = ""
    why: str = ""


@dataclass(frozen=True)
class Kept:
    """What the giver keeps, and until when."""

    level: str = Keeps.NOTHING
    until: datetime | None = None


@dataclass(frozen=True)
class Situation:
    """Everything the difference is computed from: nothing is asked of the database after this."""

    owner: str
    confined: bool
    codes: frozenset[str]
    holders: Sequence[Holder]
    headquarters: NationalGroup
    teams: Sequence[NationalGroup]
    handler: Person | None
    handler_groups: frozenset[int]
    stand_in_groups: Mapping[int, set[int]]  # of who stands in for the handler, by person
    kept_at_most: datetime | None


def situation(dossier: Dossier, holders: Sequence[Holder]) -> Situation:
    """Read what the difference needs of a dossier."""
    handler = dossier.handler
    groups = mandates.groups_of([handler.pk]) if handler else {}
    return Situation(
        owner=dossier.owner,
        confined=dossier.confined,
        codes=frozenset(dossier.handling_codes),
        holders=holders,
        headquarters=people.headquarters_of(dossier.owner),
        teams=handovers.teams_at(dossier),
        handler=handler,
        handler_groups=frozenset(groups.get(handler.pk, ())) if handler else frozenset(),
        stand_in_groups=mandates.groups_of(
            [each.person.pk for each in holders if each.stands_in and each.person]
        ),
        kept_at_most=kept_at_most(dossier),
    )


def kept_at_most(dossier: Dossier) -> datetime | None:
    """When the mandate ends that the handler holds the dossier under; None without a mandate."""
    if dossier.handler_id is None:
        return None
    held = GrantHistory.objects.filter(
        dossier=dossier, person=dossier.handler_id, ended_at__isnull=True
    )
    found = Mandate.objects.filter(pk__in=held.values("mandate")).aggregate(end=Min("ends_at"))
    end: datetime | None = found["end"]
    return end


def diff(now: Situation, to: Party, *, kept: Kept, why: str) -> list[DiffRow]:
    """What changes at the moment the offer is accepted. `why` says what lets the addressee in."""
    return [
        _addressee(now, to, why),
        *_handler(now, to, kept),
        *_stand_ins(now, to),
        *_groups(now, to),
        *_notes(now, to),
    ]


def _addressee(now: Situation, to: Party, why: str) -> DiffRow:
    held = access.levels_of(now.holders, person=to.person, groups=to.groups)
    who = to.label
    if isinstance(to.to, NationalGroup):
        who = _("Who accepts of: %(team)s") % {"team": to.label}
    return DiffRow("gains", who, _level(held), _level({Level.HANDLE}), why)


def _handler(now: Situation, to: Party, kept: Kept) -> Iterator[DiffRow]:
    handler = now.handler
    if handler is None or handler.pk == to.person:
        return
    groups, kept = now.handler_groups, _really(now, kept)
    lasting = groups - {to.to.pk} if _only_offered(now, to) else groups
    through_team = access.levels_of(now.holders, person=0, groups=lasting)
    held = access.levels_of(now.holders, person=handler.pk, groups=groups)
    then = through_team | set(LADDER.get(kept.level, ()))
    yield DiffRow(
        "loses" if _level(then) != _level(held) else "same",
        str(handler),
        _level(held),
        _level(then),
        _why_still(kept, through_team=bool(through_team)),
    )


def _stand_ins(now: Situation, to: Party) -> Iterator[DiffRow]:
    """Who stands in for the handler loses that with the handler."""
    for holder in now.holders:
        if not holder.stands_in or holder.person is None or holder.person.pk == to.person:
            continue
        groups = now.stand_in_groups.get(holder.person.pk, ())
        through = access.levels_of(now.holders, person=0, groups=groups)
        yield DiffRow(
            "loses",
            holder.who,
            _level(holder.levels | through),
            _level(through),
            _("standing in ends with the present handler"),
        )


def _really(now: Situation, kept: Kept) -> Kept:
    """What is kept ends with the mandate at the latest; after its end nothing is kept."""
    end = now.kept_at_most
    if end is None or kept.until is None or kept.until <= end:
        return kept
    return replace(kept, until=end) if end > timezone.now() else Kept()


def _why_still(kept: Kept, *, through_team: bool) -> str:
    if kept.level != Keeps.NOTHING and kept.until is not None:
        return _("keeps: %(level)s, until %(date)s") % {
            "level": Keeps(kept.level).label,
            "date": times.full_date(times.local_date(kept.until)),
        }
    if through_team:
        return _("member of the team of the owner; handling ends")
    return _("handling ends, and with it all access")


def _groups(now: Situation, to: Party) -> Iterator[DiffRow]:
    for team in now.teams:
        held = _held(now, team, to)
        yield DiffRow(
            "same", places.group_name(team), _level(held), _level(held), _why_team(now, team)
        )
    oversees = f"{Level.CONTRIBUTE.label}, {Level.OVERSEE.label}"
    name = places.group_name(now.headquarters)
    yield DiffRow("same", name, oversees, oversees, _("headquarters of the owner"))


def _held(now: Situation, team: NationalGroup, to: Party) -> frozenset[str]:
    """What a team holds for good: the sight an offer gives it ends with the offer."""
    if to.to == team and _only_offered(now, to):
        return frozenset()
    return access.levels_of(now.holders, person=0, groups=[team.pk])


def _only_offered(now: Situation, to: Party) -> bool:
    """Whether it is offered to a team of another country, which sees it only while it decides."""
    return isinstance(to.to, NationalGroup) and to.to.country != now.owner


def _why_team(now: Situation, team: NationalGroup) -> str:
    if team.country == now.owner:
        confined = _("the dossier is confined: the team sees nothing")
        return confined if now.confined else _("team of the owner at this desk")
    return _("a mandate names one person; the team gets nothing")


def _notes(now: Situation, to: Party) -> Iterator[DiffRow]:
    values = {"owner": now.owner}
    if isinstance(to.to, NationalGroup) and to.foreign:
        sentence = _("While the offer is open, everybody of the team may read the dossier.")
        yield DiffRow("note", to.label, why=sentence)
    if to.foreign and HandlingCode.H2 in now.codes:
        sentence = _("Nothing is passed on without the consent of %(owner)s in writing.") % values
        yield DiffRow("note", "H2", why=sentence)
    if to.foreign and HandlingCode.H1 in now.codes:
        sentence = _("Nothing is used as evidence without the consent of %(owner)s.") % values
        yield DiffRow("note", "H1", why=sentence)


def _level(held: set[Level] | frozenset[str] | set[str]) -> str:
    return access.highest(held) or _("none")
