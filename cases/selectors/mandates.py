"""Which mandates there are, and which one covers what."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Country, DirectoryEntry, NationalGroup, Person, Role
from cases import policy
from cases.models import Dossier, Mandate
from cases.states import Level, MandateState

if TYPE_CHECKING:
    from accounts.models import User


def _standing_for(*, owner: str, desk_id: int, kind: str) -> QuerySet[Mandate]:
    return (
        Mandate.objects.valid_now()
        .filter(Q(kinds=[]) | Q(kinds__contains=[kind]))
        .filter(dossier__isnull=True, owner=owner, desk_id=desk_id, level=Level.HANDLE)
        .order_by("-ends_at", "id")
    )


def standing(user: "User", *, owner: str, desk_id: int, kind: str) -> Mandate | None:
    """The standing mandate that lets this person open and take such a dossier, if any."""
    if owner == user.country:
        return None
    mine = policy.principals(user)
    return (
        _standing_for(owner=owner, desk_id=desk_id, kind=kind)
        .filter(Q(receiver_person=mine.person) | Q(receiver_group__in=mine.groups))
        .first()
    )


def owners_one_may_open_for(user: "User") -> list[str]:
    """The own country, and those whose standing mandate the person holds now."""
    others = standing_of(user).values_list("owner", flat=True)
    return [user.country, *sorted(set(others) - {user.country})]


def standing_of(user: "User") -> QuerySet[Mandate]:
    """The standing mandates under which a person may open dossiers now."""
    mine = policy.principals(user)
    return (
        Mandate.objects.valid_now()
        .filter(dossier__isnull=True, level=Level.HANDLE)
        .filter(Q(receiver_person=mine.person) | Q(receiver_group__in=mine.groups))
    )


def covering(dossier: Dossier, to: Person | NationalGroup) -> Mandate | None:
    """The standing mandate under which an offer to this addressee needs no further decision."""
    candidates = standing_for(dossier)
    if isinstance(to, NationalGroup):
        return first_covering(candidates, group=to.pk)
    return first_covering(candidates, person=to.pk, groups=groups_of([to.pk]).get(to.pk, ()))


def standing_for(dossier: Dossier) -> list[Mandate]:
    """Standing mandates under which somebody may take such a dossier, the longest first."""
    return list(_standing_for(owner=dossier.owner, desk_id=dossier.desk_id, kind=dossier.kind))


def standing_in_sight(dossier: Dossier, user: "User") -> list[Mandate]:
    """Those of them that the person may read: what a page may name."""
    seen = set(readable(user).filter(dossier__isnull=True).values_list("pk", flat=True))
    return [mandate for mandate in standing_for(dossier) if mandate.pk in seen]


def first_covering(
    standing: Iterable[Mandate],
    *,
    person: int | None = None,
    group: int | None = None,
    groups: Iterable[int] = (),
) -> Mandate | None:
    """The first of these mandates that names the person, a group of the person, or the group."""
    named = {*groups, group} - {None}
    return next(
        (
            mandate
            for mandate in standing
            if mandate.receiver_group_id in named
            or (person is not None and mandate.receiver_person_id == person)
        ),
        None,
    )


def groups_of(persons: Iterable[int]) -> dict[int, set[int]]:
    """The national groups of people now, from the joint directory."""
    found: dict[int, set[int]] = {}
    entries = DirectoryEntry.objects.filter(person_id__in=persons, group__isnull=False)
    for person, group in entries.values_list("person_id", "group_id"):
        found.setdefault(person, set()).add(group)
    return found


def to_decide(user: "User") -> QuerySet[Mandate]:
    """Mandates that wait for this coordinator; nothing for anybody else."""
    if not policy.serves(user, Role.COORDINATOR, user.country):
        return Mandate.objects.none()
    return (
        Mandate.objects.filter(owner=user.country, state=MandateState.ASKED)
        .exclude(asked_by_id=user.pk)
        .select_related("dossier", "asked_by", "receiver_person", "receiver_group__group")
        .order_by("asked_at", "id")
    )


def readable(user: "User") -> QuerySet[Mandate]:
    """Mandates a person may read: of dossiers in sight, asked, to decide, or standing.

    The same as the policy `mandate_read` in PostgreSQL.
    """
    mine = policy.principals(user)
    # Looked up for each mandate: as a set it would be all that the person sees.
    in_sight = Exists(Dossier.objects.visible_to(user).filter(pk=OuterRef("dossier_id")))
    held = Q(receiver_person=mine.person) | Q(receiver_group__in=mine.groups)
    valid = Q(pk__in=Mandate.objects.valid_now().filter(held).values("pk"))
    condition = Q(in_sight) | Q(owner__in=_coordinated(user))
    if mine.groups:
        condition |= Q(state=MandateState.ASKED, asked_by_id=user.pk)
        condition |= Q(dossier__isnull=True) & (Q(owner=user.country) | valid)
    return Mandate.objects.filter(condition)


def _coordinated(user: "User") -> list[str]:
    return [code for code in Country.values if policy.serves(user, Role.COORDINATOR, code)]
