"""A rotation as its page shows it: what moves, to whom, who loses sight, what stays behind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Person
from cases.models import Dossier, Handover, Rotation, RotationLine
from cases.selectors import handovers, offers, rotations
from cases.selectors.rotations import Colleague
from cases.states import HandoverState, RotationState, Status
from lodesk.ui import times

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class MovingRow:
    """One dossier of a rotation in one line."""

    key: UUID  # of the dossier
    owner: str
    reference: str
    url: str
    title: str
    due_at: datetime | None
    waiting: bool
    loses: str  # who loses sight of it, and when
    receiver: str
    state: str
    chosen: str = ""  # what the form begins with
    new: bool = False  # came since the plan was saved


@dataclass(frozen=True)
class Preview:
    """The portfolio of a leaver, by what happens to it."""

    to_plan: Sequence[MovingRow]
    offered: Sequence[MovingRow]
    moved: Sequence[MovingRow]
    left: Sequence[MovingRow]  # of the plan, but no longer the leaver's to give
    by_hand: Sequence[MovingRow]  # of another country: handed back one by one
    incoming: Sequence[MovingRow]  # offered to the leaver, not answered
    people: Sequence[Colleague]

    @property
    def held(self) -> int:
        """How many dossiers the leaver still holds, as far as the reader sees."""
        return len(self.to_plan) + len(self.offered) + len(self.by_hand)

    @property
    def orphans(self) -> int:
        """How many dossiers nobody is chosen for."""
        return sum(not row.chosen for row in self.to_plan)


def preview(rotation: Rotation, user: "User") -> Preview:
    """Everything the leaver handles at the desk, as the reader sees it, with what is proposed."""
    portfolio, people = rotations.portfolio(rotation, user), rotations.colleagues(rotation, user)
    lines = rotations.lines(rotation, user)
    planned = {line.dossier_id: line for line in lines}
    unplanned = [each for each in portfolio.held if each.pk not in planned]
    proposed = rotations.spread(unplanned, people, lines) if rotation.is_open else {}
    offered = rotations.open_offers(portfolio.held)
    held = {each.pk for each in portfolio.held}
    resumed = bool(lines)
    return Preview(
        to_plan=[
            _to_plan(each, planned.get(each.pk), proposed, offered, people, new=resumed)
            for each in portfolio.held
            if not _is_offered(planned.get(each.pk))
        ],
        offered=[_of_line(line) for line in lines if line.is_offered],
        moved=[_of_line(line) for line in lines if line.is_accepted],
        left=[
            _of_line(line, said=where(line.dossier))
            for line in lines
            if line.dossier_id not in held and not (line.is_offered or line.is_accepted)
        ],
        by_hand=[_by_hand(each) for each in portfolio.foreign],
        incoming=[_incoming(each) for each in portfolio.offered],
        people=people,
    )


def _is_offered(line: RotationLine | None) -> bool:
    return line is not None and line.is_offered


def _to_plan(
    dossier: Dossier,
    line: RotationLine | None,
    proposed: Mapping[UUID, Person],
    offered: Mapping[UUID, Handover],
    people: Sequence[Colleague],
    *,
    new: bool,
) -> MovingRow:
    elsewhere = offered.get(dossier.pk)
    chosen = proposed.get(dossier.pk) if line is None else _planned(line)
    return _row(
        dossier,
        loses=_loses(dossier),
        receiver=chosen.name if chosen else "",
        state=_stands(dossier, line, chosen, people, elsewhere),
        chosen=str(chosen.public_id) if chosen else "",
        new=new and line is None,
    )


def _stands(
    dossier: Dossier,
    line: RotationLine | None,
    chosen: Person | None,
    people: Sequence[Colleague],
    elsewhere: Handover | None,
) -> str:
    """What keeps a dossier from being offered, or what became of its offer; else nothing."""
    if elsewhere is not None:
        return _("is offered to %(who)s already") % {"who": handovers.addressee_name(elsewhere)}
    if chosen is not None and chosen.pk not in {each.person.pk for each in people}:
        return _("%(who)s no longer works at this desk") % {"who": chosen.name}
    return state(line) or ("" if chosen else _falls(dossier, people))


def _falls(dossier: Dossier, people: Sequence[Colleague]) -> str:
    """Where a dossier falls that nobody is chosen for, when the posting of its handler ends."""
    why = "" if people else _("nobody else of the country works at this desk;")
    where_to = _("it falls to headquarters") if dossier.confined else _("it falls to the team")
    return f"{why} {where_to}".strip()


def _planned(line: RotationLine) -> Person | None:
    """Whom a line is to be offered to: of one declined or lapsed somebody is chosen afresh."""
    return line.receiver if line.handover_id is None else None


def _row(
    dossier: Dossier,
    *,
    state: str = "",
    receiver: str = "",
    loses: str = "",
    url: str = "",
    chosen: str = "",
    new: bool = False,
) -> MovingRow:
    return MovingRow(
        key=dossier.pk,
        owner=dossier.owner,
        reference=dossier.reference,
        url=url or reverse("dossier", args=[dossier.reference]),
        title=dossier.title,
        due_at=dossier.due_at,
        waiting=dossier.status == Status.WAITING,
        loses=loses,
        receiver=receiver,
        state=state,
        chosen=chosen,
        new=new,
    )


def _of_line(line: RotationLine, *, said: str = "") -> MovingRow:
    return _row(
        line.dossier,
        receiver=line.receiver.name if line.receiver else "",
        state=said or state(line),
        url=reverse("handover", args=[line.handover_id]) if line.is_offered else "",
    )


def _by_hand(dossier: Dossier) -> MovingRow:
    return _row(
        dossier,
        state=_("belongs to %(country)s: hand it back by itself") % {"country": dossier.owner},
        url=reverse("hand_over", args=[dossier.reference]),
    )


def _incoming(offer: Handover) -> MovingRow:
    when = times.short_date(times.local_date(offer.answer_by))
    return _row(
        offer.dossier,
        receiver=offer.giver.name if offer.giver else "",
        state=_("answer by %(when)s") % {"when": when},
        url=reverse("handover", args=[offer.pk]),
    )


def _loses(dossier: Dossier) -> str:
    """Who loses sight of a dossier when it has moved, and when."""
    if dossier.confined:
        return _("who leaves, at once: the team sees nothing of it")
    return _("who leaves, with the end of the posting")


def where(dossier: Dossier) -> str:
    """Where a dossier is that a rotation did not move."""
    if dossier.status == Status.CLOSED:
        return str(Status.CLOSED.label)
    if dossier.handler is not None:
        return _("with %(who)s") % {"who": dossier.handler.name}
    if dossier.confined:
        return _("with headquarters: nobody handles it")
    return _("in the queue of the team: nobody handles it")


def state(line: RotationLine | None) -> str:
    """Where the offer of a line is: "declined by A. Example"."""
    if line is None or line.handover is None:
        return ""
    values = {"who": line.receiver.name if line.receiver else ""}
    words = {
        HandoverState.OFFERED: _("waits for an answer"),
        HandoverState.DECLINED: _("declined by %(who)s") % values,
        HandoverState.EXPIRED: _("not answered by %(who)s") % values,
    }
    if offers.lapsed(line.handover):
        return words[HandoverState.EXPIRED]
    reached = HandoverState(line.handover.state)
    return words.get(reached) or str(reached.label)


@dataclass(frozen=True)
class About:
    """What stands above a rotation."""

    leaver: str
    place: str
    state: str
    leaves: datetime | None
    is_open: bool
    ended_at: datetime | None


def about(rotation: Rotation) -> About:
    """Put a rotation into words."""
    return About(
        leaver=str(rotation.leaver),
        place=rotation.desk.city,
        state=str(RotationState(rotation.state).label),
        leaves=rotation.leaves_at,
        is_open=rotation.is_open,
        ended_at=rotation.ended_at,
    )


@dataclass(frozen=True)
class OfferedRow:
    """A dossier that a rotation offers the reader."""

    key: str  # of the line
    moving: MovingRow
    answer_by: datetime


def offered_rows(lines: Sequence[RotationLine]) -> list[OfferedRow]:
    """What the reader is offered and has not answered."""
    return [
        OfferedRow(
            str(line.pk),
            _row(line.dossier, url=reverse("handover", args=[line.handover_id])),
            line.handover.answer_by,
        )
        for line in lines
        if line.handover is not None
    ]
