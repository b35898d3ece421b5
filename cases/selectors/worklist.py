"""The first page: what burns, what is offered, what one handles, what the desk has."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Dossier
from cases.models.readers import WAITING_FOR_HEADQUARTERS
from cases.selectors import handovers, lists, mandates, places, rows, standins, tasked_rows, tasks
from cases.selectors.filters import end_of_today
from cases.selectors.handovers import Waiting
from cases.selectors.lists import Wanted
from cases.selectors.rows import Line, Row, by_due
from cases.states import HandoverState, MandateState, Status
from lodesk.ui import times
from lodesk.ui.frame import Zone
from lodesk.ui.links import capped

if TYPE_CHECKING:
    from accounts.models import User

SHOWN = 25  # rows a group; the list behind it has the rest
READ = 100  # rows a group at most, to filter, sort and count


@dataclass(frozen=True)
class Group:
    """Rows under one head; all that were read, until `cut`."""

    slug: str
    name: str
    rows: Sequence[Row]
    help: str = ""
    count: str = ""
    more_url: str = ""

    def cut(self) -> "Group":
        """Give the group as it is shown: counted, and no longer than a page."""
        shown = self.rows[:SHOWN]
        more_url = self.more_url if len(self.rows) > SHOWN else ""
        return replace(self, rows=shown, count=capped(len(self.rows)), more_url=more_url)


def groups_for(user: "User") -> list[Group]:
    """The groups of a person's worklist that have rows, in the order of look.md."""
    desks = places.desks_of(user)
    if not desks:
        return []
    groups = _headquarters(user) if None in desks else _desk(user, desks)
    return [group for group in groups if group.rows]


def count(user: "User", most: int = READ) -> int:
    """How many dossiers call for the person: what the rail shows, counted no further than that.

    At a desk what one handles and what the team has; at headquarters what burns and what waits;
    everywhere the dossiers for which one has a task.
    """
    desks = places.desks_of(user)
    if not desks:
        return 0
    if None in desks:
        wanted = [_burns(user), _waits_for_headquarters(user)]
        offered = handovers.offered_to(user)
    else:
        # Offers of the own country are at the own desk, and counted there.
        wanted = [Wanted(handler=user.pk), Wanted(desks=_known(desks), owners=(user.country,))]
        offered = handovers.offered_to(user).exclude(dossier__owner=user.country)
    others = (mandates.to_decide(user), offered)
    dossiers = lists.keys(user, wanted, most=most)
    dossiers |= tasks.dossiers_of(user, most=most) | standins.keys_held(user, most=most)
    return min(len(dossiers), most) + sum(found[:most].count() for found in others)


def _desk(user: "User", desks: frozenset[int | None]) -> list[Group]:
    offered = _offered(user)
    stood_in = _without(standins.held(user, most=READ), offered.rows)
    own = [*_rows(user, Wanted(handler=user.pk)), *stood_in]
    held, tasked = tasked_rows.with_tasks(sorted(own, key=by_due), user, most=READ)
    others_at_desk = Wanted(desks=_known(desks), owners=(user.country,), but_handler=user.pk)
    team = _rows(user, others_at_desk)
    late, today, rest = _split(held, timezone.now())
    in_place = {row.reference for row in stood_in}
    others = _("Dossiers of %(country)s at this desk that others handle.")
    return [
        offered,
        *_burning(late, today, tasked, more_url=_list(scope="mine")),
        Group(
            "stands_in",
            _("You stand in"),
            [row for row in rest if row.reference in in_place],
            _("For colleagues who are absent; what you do is on their behalf."),
        ),
        Group(
            "mine",
            _("Everything else you handle"),
            [row for row in rest if row.reference not in in_place],
            more_url=_list(scope="mine"),
        ),
        Group(
            "desk",
            _("Your desk"),
            _without(team, offered.rows, tasked, stood_in),
            others % {"country": user.country},
            more_url=_list(scope="desk"),
        ),
    ]


def _headquarters(user: "User") -> list[Group]:
    offered = _offered(user)
    found = _without(_rows(user, _burns(user)), offered.rows)
    burning, tasked = tasked_rows.with_tasks(found, user, most=READ)
    late, today, _rest = _split(burning, timezone.now())
    asked = _without(_rows(user, _waits_for_headquarters(user)), offered.rows, tasked)
    rest = _without(_rows(user, _does_not_burn(user)), offered.rows, tasked)
    return [
        _mandates(user),
        offered,
        *_burning(late, today, tasked, more_url=_list(owner=user.country)),
        Group(
            "headquarters",
            _("Waiting for headquarters"),
            asked,
            _("The desk asked; our answer has a clock too."),
            more_url=_list(owner=user.country, status=Status.WAITING),
        ),
        Group("rest", _("Everything else"), rest, more_url=_list(owner=user.country)),
    ]


def _burning(late: list[Row], today: list[Row], tasked: list[Row], *, more_url: str) -> list[Group]:
    """What is overdue, due today, and still to be done for what others handle."""
    tasks_late, tasks_today, later = _split(tasked, timezone.now())
    return [
        Group("overdue", _("Overdue"), sorted(late + tasks_late, key=by_due), more_url=more_url),
        Group("today", _("Due today"), sorted(today + tasks_today, key=by_due), more_url=more_url),
        Group("waiting", _("Waiting for you"), later, _("Tasks that are yours.")),
    ]


def _list(**filters: str) -> str:
    return f"{reverse('dossiers')}?{urlencode(filters)}"


# What headquarters owe stands in a group of its own, whether it burns or not.
_NOT_WITH_HEADQUARTERS = tuple(each for each in lists.OPEN if each != WAITING_FOR_HEADQUARTERS)


def _waits_for_headquarters(user: "User") -> Wanted:
    return Wanted(phases=(WAITING_FOR_HEADQUARTERS,), owners=(user.country,))


def _burns(user: "User") -> Wanted:
    return Wanted(
        phases=_NOT_WITH_HEADQUARTERS, owners=(user.country,), due_until=end_of_today()
    )  # fmt: skip


def _does_not_burn(user: "User") -> Wanted:
    return Wanted(
        phases=_NOT_WITH_HEADQUARTERS, owners=(user.country,), due_after=end_of_today()
    )  # fmt: skip


def _known(desks: frozenset[int | None]) -> tuple[int, ...]:
    return tuple(sorted(desk for desk in desks if desk is not None))


def _rows(user: "User", wanted: Wanted) -> list[Row]:
    return rows.make(lists.read(user, wanted, most=READ), user)


def _split(found: list[Row], now: datetime) -> tuple[list[Row], list[Row], list[Row]]:
    by_signal: dict[str, list[Row]] = {"late": [], "soon": [], "": []}
    for row in found:
        by_signal[times.signal(row.due_at, now=now)].append(row)
    return by_signal["late"], by_signal["soon"], by_signal[""]


def _without(found: Sequence[Row], *shown: Sequence[Row]) -> list[Row]:
    named = {row.reference for each in shown for row in each}
    return [row for row in found if row.reference not in named]


def _offered(user: "User") -> Group:
    offers = handovers.waiting_for(user, most=READ)
    lines = Line.all(Dossier.objects.visible_to(user).filter(pk__in=offers), user)
    found = [_offered_row(line, offers[line.pk], user) for line in lines]
    help_text = _("Accept or decline. The clock runs on while you decide.")
    return Group(
        "offered",
        _("Offered to you"),
        sorted(found, key=by_due),
        help_text,
        more_url=reverse("handovers"),
    )


def _offered_row(line: Line, offer: Waiting, user: "User") -> Row:
    (row,) = rows.make([line], user)
    return replace(
        row,
        link=reverse("handover", args=[offer.key]),
        next=_("Accept or decline"),
        status=str(HandoverState.OFFERED.label),
        state=HandoverState.OFFERED.value,
        due_at=offer.answer_by,
        waiting=False,
    )


def _mandates(user: "User") -> Group:
    help_text = _("Nothing crosses the border before a coordinator decides.")
    asked = [
        Row(
            reference=mandate.dossier.reference if mandate.dossier else mandate.number,
            link=reverse("mandate", args=[mandate.pk]),
            owner=mandate.owner,
            on_behalf=False,
            title=mandate.dossier.title if mandate.dossier else _("Standing mandate"),
            new=0,
            next=_("Give or refuse"),
            due_at=None,
            waiting=False,
            status=mandate.get_state_display(),
            handler=mandate.asked_by.name,
            handled_by_you=False,
            state=MandateState.ASKED.value,
        )
        for mandate in mandates.to_decide(user)[:READ]
    ]
    return Group("mandates", _("Mandates to decide"), asked, help_text)


# The page in one sentence, filtered and sorted ---------------------------------------------


@dataclass(frozen=True)
class Summary:
    """How much burns, and what burns next."""

    overdue: int | str
    due_today: int | str
    first: Row | None
    first_home: Zone | None  # the clock of its owner's headquarters


def summary(groups: Sequence[Group]) -> Summary:
    """Say it of what the person works on: not of what others at the desk handle."""
    sizes = {group.slug: len(group.rows) for group in groups}
    now = timezone.now()
    dated = [
        row for group in groups if group.slug not in ("desk", "rest") for row in group.rows
        if row.due_at
    ]  # fmt: skip
    ahead = [row for row in dated if row.due_at and row.due_at >= now] or dated
    first = min(ahead, key=by_due, default=None)
    return Summary(
        overdue=_figure(sizes.get("overdue", 0)),
        due_today=_figure(sizes.get("today", 0)),
        first=first,
        first_home=places.home_of(first.owner) if first else None,
    )


def _figure(number: int) -> int | str:
    return number if number < READ else capped(number)


def filtered(groups: Sequence[Group], *, owner: str, state: str) -> list[Group]:
    """Only the rows of this owner and status; a value that no row has leaves nothing."""
    kept = [
        replace(
            group,
            rows=[
                row for row in group.rows
                if owner in ("", row.owner) and state in ("", row.state)
            ],
        )
        for group in groups
    ]  # fmt: skip
    return [group for group in kept if group.rows]


def ordered(groups: Sequence[Group], sort: str) -> list[Group]:
    """Rows by a column within each group; "-due" from the other end."""
    key = SORTS[sort.removeprefix("-")]
    turned = sort.startswith("-")
    return [replace(group, rows=sorted(group.rows, key=key, reverse=turned)) for group in groups]


SORTS = {
    "due": by_due,
    "reference": lambda row: (row.reference,),
    "status": lambda row: (row.status, *by_due(row)),
    "handler": lambda row: (row.handler, *by_due(row)),
}
