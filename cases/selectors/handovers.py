"""Who can take a dossier, who cannot and why, and the offers a person has to do with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.postgres.functions import TransactionNow
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import DirectoryEntry, NationalGroup, Person
from cases import policy
from cases.models import Dossier, Handover, Mandate
from cases.selectors import mandates, people, places
from cases.states import HandoverState

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Candidate:
    """A person of the desk, and the reason why not, if there is one."""

    entry: DirectoryEntry
    reason: str  # empty when the person can take it
    groups: frozenset[int]
    foreign: bool  # of another country than the owner
    standing: Mandate | None  # the standing mandate that already covers it


def candidates(dossier: Dossier, standing: Sequence[Mandate]) -> list[Candidate]:
    """People with a posting at the dossier's desk, of any country, in order of country and name."""
    entries = (
        DirectoryEntry.objects.filter(desk_id=dossier.desk_id, group__isnull=False)
        .select_related("person", "desk")
        .order_by("country", "person__name", "posting")
    )
    first: dict[int, DirectoryEntry] = {}
    for entry in entries:
        first.setdefault(entry.person_id, entry)
    groups = mandates.groups_of(first)
    return [
        Candidate(
            entry=entry,
            reason=_why_not(dossier, entry),
            groups=frozenset(groups.get(person, ())),
            foreign=entry.country != dossier.owner,
            standing=mandates.first_covering(
                standing, person=person, groups=groups.get(person, ())
            ),
        )
        for person, entry in first.items()
    ]


def why_not(dossier: Dossier, *, person_id: int) -> str:
    """Why a person cannot be offered a dossier; empty when nothing stands in the way."""
    entry = (
        DirectoryEntry.objects.filter(
            desk_id=dossier.desk_id, group__isnull=False, person_id=person_id
        )
        .select_related("person")
        .first()
    )
    if entry is None:
        return _("This person has no posting at the desk of the dossier.")
    return _why_not(dossier, entry)


def _why_not(dossier: Dossier, entry: DirectoryEntry) -> str:
    if entry.person_id == dossier.handler_id:
        return _("Handles the dossier already.")
    if entry.country != dossier.owner and dossier.owner not in entry.certified_for:
        return _("No valid certificate for the rules of %(country)s.") % {"country": dossier.owner}
    return ""


def teams(dossier: Dossier) -> list[NationalGroup]:
    """Teams at the desk that can be offered the dossier; none for a confined one.

    Where the owner has nobody at the desk, its headquarters stands in: Luxembourg takes back what
    it gave (product.md section 4, return).
    """
    if dossier.confined:
        return []
    found = teams_at(dossier)
    if all(team.country != dossier.owner for team in found):
        found.append(people.headquarters_of(dossier.owner))
    return found


def teams_at(dossier: Dossier) -> list[NationalGroup]:
    """The national teams at the desk of a dossier."""
    groups = NationalGroup.objects.filter(desk_id=dossier.desk_id).select_related("group", "desk")
    return list(groups.order_by("country"))


def load(user: "User", persons: list[int]) -> dict[int, tuple[int, int]]:
    """Open and overdue dossiers by person, for people of the own country only, capped by sight.

    Load is not joint (product.md section 2, number 7): of another country's people nothing is
    counted, whatever of theirs is in sight.
    """
    own = Person.objects.filter(pk__in=persons, country=user.country)
    counted = (
        Dossier.objects.visible_to(user)
        .open()
        .filter(handler__in=own)
        .order_by()
        .values("handler")
        .annotate(open=Count("pk"), late=Count("pk", filter=Q(due_at__lt=TransactionNow())))
    )
    found = {row["handler"]: (row["open"], row["late"]) for row in counted}
    return {person.pk: found.get(person.pk, (0, 0)) for person in own}


def mine(user: "User") -> QuerySet[Handover]:
    """Handovers of dossiers the person may see."""
    return _in_sight(user).select_related(
        "dossier",
        "dossier__desk",
        "dossier__handler",
        "giver",
        "to_person",
        "to_group__desk",
        "answered_by",
        "mandate",
    )


def offered_to(user: "User") -> QuerySet[Handover]:
    """Offers that wait for this person's answer."""
    return _answered_by(user, mine(user))


@dataclass(frozen=True)
class Waiting:
    """An offer that waits for an answer, and until when."""

    key: UUID
    answer_by: datetime


def waiting_for(user: "User", *, most: int) -> dict[UUID, Waiting]:
    """The offers that wait for this person's answer, by dossier, no more than `most`."""
    offers = _answered_by(user, _in_sight(user)).values_list("dossier", "pk", "answer_by")[:most]
    return {dossier: Waiting(key, answer_by) for dossier, key, answer_by in offers}


def _in_sight(user: "User") -> QuerySet[Handover]:
    return Handover.objects.filter(dossier__in=Dossier.objects.visible_to(user))


def _answered_by(user: "User", offers: QuerySet[Handover]) -> QuerySet[Handover]:
    own = policy.principals(user)
    return (
        offers.filter(
            Q(to_person=own.person) | Q(to_group__in=own.groups), state=HandoverState.OFFERED
        )
        .exclude(giver=user.pk)
        .order_by("answer_by", "id")
    )


def count(user: "User", most: int = 100) -> int:
    """How many open offers the person made or can answer, counted no further than `most`."""
    own = policy.principals(user)
    if not own.groups:
        return 0
    concerned = Q(giver=own.person) | Q(to_person=own.person) | Q(to_group__in=own.groups)
    in_sight = Dossier.objects.visible_to(user)
    return Handover.objects.open().filter(concerned, dossier__in=in_sight)[:most].count()


def open_offer(dossier: Dossier) -> Handover | None:
    """The open offer of a dossier, if there is one."""
    offers = Handover.objects.filter(dossier=dossier).open()
    return offers.select_related("to_person", "to_group__desk", "mandate").first()


def last_accepted(dossier: Dossier) -> Handover | None:
    """The handover that made the present handler."""
    accepted = Handover.objects.filter(dossier=dossier, state=HandoverState.ACCEPTED)
    return accepted.order_by("-answered_at").first()


def addressee_name(handover: Handover) -> str:
    """Whom an offer is made to: "A. Voorbeeld (BE)", "Team BE, Bogotá"."""
    if handover.to_group is not None:
        return places.group_name(handover.to_group)
    return str(handover.to_person)


def addressees(handover: Handover) -> list[int]:
    """Numbers of the people an offer is made to."""
    if handover.to_person_id is not None:
        return [handover.to_person_id]
    assert handover.to_group_id is not None  # noqa: S101  (a database constraint)
    return people.members(handover.to_group_id)
