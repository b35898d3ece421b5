"""People around a dossier, from the joint directory: no account and no date is read."""

from collections.abc import Iterable

from accounts.models import DirectoryEntry, NationalGroup, Role


def headquarters_of(country: str) -> NationalGroup:
    """The group of a country's headquarters."""
    return NationalGroup.objects.get(country=country, desk__isnull=True)


def team_of(country: str, desk_id: int) -> NationalGroup | None:
    """The group of a country's team at a desk; None where the country has nobody."""
    groups = NationalGroup.objects.select_related("group", "desk")
    return groups.filter(country=country, desk_id=desk_id).first()


def members(group_id: int, roles: Iterable[str] = ()) -> list[int]:
    """Numbers of the people in a group now, all or those with one of the roles."""
    entries = DirectoryEntry.objects.filter(group_id=group_id)
    wanted = list(roles)
    if wanted:
        entries = entries.filter(role__in=wanted)
    return sorted(set(entries.values_list("person_id", flat=True)))


def coordinators(country: str) -> list[int]:
    """Numbers of the coordinators of a country's headquarters."""
    return members(headquarters_of(country).pk, [Role.COORDINATOR])
