"""What a leaving officer holds, who could take it, and how it is spread (product.md section 4)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, F, Q
from django.utils import timezone

from accounts.models import Desk, DirectoryEntry, Person, Posting
from cases import policy
from cases.models import Dossier, Handover, Rotation, RotationLine
from cases.selectors import handovers
from cases.states import HandoverState, Status

if TYPE_CHECKING:
    from accounts.models import User

BURNS = timedelta(days=1)  # what is due within this is spread before the rest
SHOWN = 50


@dataclass(frozen=True)
class Leaver:
    """An officer at a desk whose portfolio the reader may rotate."""

    person: Person
    desk: Desk

    @property
    def value(self) -> str:
        """What the form calls them."""
        return f"{self.person.public_id}:{self.desk.code}"


@dataclass(frozen=True)
class Colleague:
    """Somebody of the same team who could take over, with what he has on hand."""

    person: Person
    absent: bool
    load: int
    late: int

    @property
    def value(self) -> str:
        """What the form calls them."""
        return str(self.person.public_id)


@dataclass(frozen=True)
class Portfolio:
    """Everything a leaver holds at a desk, as far as the reader sees it."""

    held: Sequence[Dossier]  # of the own country: what a rotation offers
    foreign: Sequence[Dossier]  # under a mandate: handed back one by one
    offered: Sequence[Handover]  # to the leaver, not answered yet


def leavers(user: "User") -> list[Leaver]:
    """Oneself at one's desks, and the people of the teams one heads."""
    where = Q(person=user.pk) | Q(desk__in=policy.heads(user))
    entries = DirectoryEntry.objects.filter(where, country=user.country, desk__isnull=False)
    found: dict[tuple[int, int | None], Leaver] = {}
    for entry in entries.select_related("person", "desk").order_by("person__name", "posting"):
        if entry.desk is not None:
            found.setdefault((entry.person_id, entry.desk_id), Leaver(entry.person, entry.desk))
    return list(found.values())


def leaves_at(leaver: Leaver) -> datetime | None:
    """When the last posting of a person at a desk ends; None while it has no end."""
    postings = Posting.objects.valid_now().filter(person=leaver.person, desk=leaver.desk)
    ends = postings.order_by(F("ends_at").desc(nulls_first=True)).values_list("ends_at", flat=True)
    return ends.first()


def open_of(leaver: Leaver, user: "User") -> Rotation | None:
    """The rotation of this leaver at this desk that goes on, if there is one."""
    found = Rotation.objects.visible_to(user).open()
    return found.filter(leaver=leaver.person, desk=leaver.desk).first()


@dataclass(frozen=True)
class Listed:
    """A rotation in the list, with how many of its dossiers in sight have gone."""

    rotation: Rotation
    dossiers: int
    accepted: int


def listed(user: "User") -> list[Listed]:
    """The rotations one steers, follows or receives of: those that go on first, newest first."""
    visible = Rotation.objects.visible_to(user).select_related("leaver", "desk")
    found = list(visible.order_by(F("ended_at").desc(nulls_first=True), "-begun_at", "pk")[:SHOWN])
    accepted = Count("pk", filter=Q(handover__state=HandoverState.ACCEPTED))
    lines = RotationLine.objects.visible_to(user).filter(rotation__in=found).order_by()
    counted = {
        key: (number, gone)
        for key, number, gone in lines.values("rotation")
        .annotate(number=Count("pk"), gone=accepted)
        .values_list("rotation", "number", "gone")
    }
    return [Listed(rotation, *counted.get(rotation.pk, (0, 0))) for rotation in found]


def count(user: "User", most: int = 100) -> int:
    """How many rotations go on that one has to do with, counted no further than `most`."""
    return Rotation.objects.visible_to(user).open()[:most].count()


def portfolio(rotation: Rotation, user: "User") -> Portfolio:
    """What the leaver handles at the desk and is not closed, what is due first in front."""
    visible = Dossier.objects.visible_to(user).filter(desk=rotation.desk_id)
    handled = visible.filter(handler=rotation.leaver_id).exclude(status=Status.CLOSED)
    handled = handled.select_related("handler")
    found = list(handled.order_by(F("due_at").asc(nulls_last=True), "reference"))
    offers = Handover.objects.filter(to_person=rotation.leaver_id, dossier__in=visible).open()
    return Portfolio(
        held=[each for each in found if each.owner == rotation.country],
        foreign=[each for each in found if each.owner != rotation.country],
        offered=list(offers.select_related("dossier", "giver").order_by("answer_by", "id")),
    )


def lines(rotation: Rotation, user: "User") -> list[RotationLine]:
    """The lines of a rotation in the reader's sight, by reference."""
    visible = RotationLine.objects.visible_to(user).filter(rotation=rotation)
    related = ("dossier", "dossier__handler", "receiver", "handover", "handover__giver")
    return list(visible.select_related(*related).order_by("dossier__reference"))


def offered_to(rotation: Rotation, user: "User") -> list[RotationLine]:
    """What the rotation offers the reader and he has not answered, what is due first in front."""
    visible = RotationLine.objects.visible_to(user).filter(
        rotation=rotation, receiver=user.pk, handover__state=HandoverState.OFFERED
    )
    by_due = (F("dossier__due_at").asc(nulls_last=True), "dossier__reference")
    return list(visible.select_related("dossier", "handover").order_by(*by_due))


def open_offers(dossiers: Iterable[Dossier]) -> dict[UUID, Handover]:
    """The open offers of dossiers, asked once for all."""
    found = Handover.objects.filter(dossier__in=list(dossiers)).open()
    related = ("to_person", "to_group__group", "to_group__desk")
    return {offer.dossier_id: offer for offer in found.select_related(*related)}


def colleagues(rotation: Rotation, user: "User") -> list[Colleague]:
    """The leaver's team at the desk without the leaver, by name."""
    entries = DirectoryEntry.objects.filter(
        desk=rotation.desk_id, country=rotation.country, group__isnull=False
    ).exclude(person=rotation.leaver_id)
    people = {
        entry.person_id: entry
        for entry in entries.select_related("person").order_by("person__name", "posting")
    }
    load = handovers.load(user, list(people))
    return [
        Colleague(entry.person, entry.absent, *load.get(number, (0, 0)))
        for number, entry in people.items()
    ]


def spread(
    dossiers: Iterable[Dossier], people: Sequence[Colleague], planned: Iterable[RotationLine] = ()
) -> dict[UUID, Person]:
    """Who is proposed for each dossier: the same plan each time it is asked for.

    What burns comes first and goes to whoever has least that burns, then everything else to
    whoever has least on hand. Who is absent today is proposed nothing, unless all are. `planned`
    counts as on hand already.
    """
    present = [each for each in people if not each.absent] or list(people)
    if not present:
        return {}
    hands = _Hands(present)
    for line in planned:
        if line.receiver_id is not None and not line.is_accepted:
            hands.take(line.receiver_id, burns=_burns(line.dossier))
    found = {}
    for dossier in sorted(dossiers, key=_what_burns_first):
        burns = _burns(dossier)
        found[dossier.pk] = hands.emptiest(burns=burns)
        hands.take(found[dossier.pk].pk, burns=burns)
    return found


class _Hands:
    """What each of some people has on hand, and how much of it burns."""

    def __init__(self, people: Sequence[Colleague]) -> None:
        self.people = people
        self.load = Counter({each.person.pk: each.load for each in people})
        self.burning = Counter({each.person.pk: each.late for each in people})

    def take(self, person: int, *, burns: bool) -> None:
        """One more for this person."""
        self.load[person] += 1
        self.burning[person] += burns

    def emptiest(self, *, burns: bool) -> Person:
        """Who has least; of what burns, where that is asked. By name where two have the same."""

        def place(each: Colleague) -> tuple[int, int, str, int]:
            number = each.person.pk
            first = self.burning[number] if burns else 0
            return first, self.load[number], each.person.name, number

        return min(self.people, key=place).person


def _burns(dossier: Dossier) -> bool:
    return dossier.due_at is not None and dossier.due_at < timezone.now() + BURNS


def _what_burns_first(dossier: Dossier) -> tuple[bool, datetime, str]:
    return (dossier.due_at is None, dossier.due_at or dossier.opened_at, dossier.reference)
