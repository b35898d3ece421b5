"""To whom a dossier can be handed over, and who cannot take it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Absence, Certificate, NationalGroup, Person
from cases.models import Dossier, Mandate
from cases.selectors import handovers, mandates, places
from cases.selectors.handovers import Candidate
from lodesk.ui import times

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Receiver:
    """A line of "To whom"."""

    value: str
    name: str
    place: str
    load: int | None
    late: int | None
    absent: str
    certificate: str
    needs: str
    crosses: bool
    chosen: bool = False


@dataclass(frozen=True)
class Cannot:
    """Somebody who cannot take over, and why."""

    name: str
    place: str
    reason: str


@dataclass(frozen=True)
class Party:
    """Somebody a dossier can be offered to: a person or a team."""

    value: str  # what the form calls it
    to: Person | NationalGroup
    label: str
    groups: frozenset[int]  # a person's groups; of a team, itself
    foreign: bool  # of another country than the owner
    standing: Mandate | None = None

    @property
    def crosses(self) -> bool:
        """Whether a mandate must still be asked for."""
        return self.foreign and self.standing is None

    @property
    def person(self) -> int:
        """Number of the person; of a team, nobody's."""
        return self.to.pk if isinstance(self.to, Person) else 0


@dataclass(frozen=True)
class Choices:
    """Everybody at the desk: who can take over, in order, and who cannot."""

    parties: list[Party]
    receivers: list[Receiver]
    cannot: list[Cannot]

    def find(self, value: str) -> Party | None:
        """The party of a value of the form."""
        return next((party for party in self.parties if party.value == value), None)


def choices(dossier: Dossier, user: "User", *, chosen: str = "") -> Choices:
    """People and teams at the desk; of another country's people no load and no dates."""
    standing = mandates.standing_in_sight(dossier, user)
    found = handovers.candidates(dossier, standing)
    can = [each for each in found if not each.reason]
    private = _private(dossier, user, can)
    parties = [_person(each) for each in can]
    receivers = [
        _receiver(party, each, dossier, private) for party, each in zip(parties, can, strict=True)
    ]
    for team in handovers.teams(dossier):
        party = _team(team, dossier, standing)
        parties.append(party)
        receivers.append(_team_receiver(party, team, dossier, can, private))
    cannot = [
        Cannot(each.entry.person.name, _place(each), each.reason) for each in found if each.reason
    ]
    marked = [replace(each, chosen=each.value == chosen) for each in receivers]
    return Choices(parties, marked, cannot)


@dataclass(frozen=True)
class _Private:
    """What is known only of people of the reader's country."""

    country: str
    load: dict[int, tuple[int, int]]
    absences: dict[int, Absence]
    certificates: dict[int, date]


def _private(dossier: Dossier, user: "User", found: Sequence[Candidate]) -> _Private:
    own = [each.entry.person_id for each in found if each.entry.country == user.country]
    today = timezone.localdate()
    absences = Absence.objects.standing().filter(person_id__in=own, ends_on__gte=today)
    certificates = Certificate.objects.filter(
        person_id__in=own, rules_of=dossier.owner, valid_until__gte=today
    )
    return _Private(
        country=user.country,
        load=handovers.load(user, own),
        absences={each.person_id: each for each in absences.order_by("-starts_on")},
        certificates=dict(
            certificates.order_by("valid_until").values_list("person_id", "valid_until")
        ),
    )


def _person(candidate: Candidate) -> Party:
    person = candidate.entry.person
    return Party(
        value=f"p:{person.public_id}",
        to=person,
        label=str(person),
        groups=candidate.groups,
        foreign=candidate.foreign,
        standing=candidate.standing,
    )


def _team(team: NationalGroup, dossier: Dossier, standing: Sequence[Mandate]) -> Party:
    return Party(
        value=f"t:{team.country}",
        to=team,
        label=places.group_name(team),
        groups=frozenset({team.pk}),
        foreign=team.country != dossier.owner,
        standing=mandates.first_covering(standing, group=team.pk),
    )


def _receiver(party: Party, candidate: Candidate, dossier: Dossier, private: _Private) -> Receiver:
    person = candidate.entry.person_id
    load, late = private.load.get(person, (None, None))
    return Receiver(
        value=party.value,
        name=candidate.entry.person.name,
        place=_place(candidate),
        load=load,
        late=late,
        absent=_absent(candidate, private),
        certificate=_certificate(party, private.certificates.get(person)),
        needs=_needs(party, dossier.owner),
        crosses=party.crosses,
    )


def _team_receiver(
    party: Party,
    team: NationalGroup,
    dossier: Dossier,
    can: Iterable[Candidate],
    private: _Private,
) -> Receiver:
    members = [each.entry.person_id for each in can if team.pk in each.groups]
    loads = [private.load.get(person, (0, 0)) for person in members]
    shown = team.country == private.country
    counted = ngettext("%(count)d person", "%(count)d people", len(members))
    return Receiver(
        value=party.value,
        name=_team_name(team),
        place=_("%(place)s, %(people)s")
        % {"place": _at(team), "people": counted % {"count": len(members)}}
        if team.desk
        else _at(team),
        load=sum(load for load, _late in loads) if shown else None,
        late=sum(late for _load, late in loads) if shown else None,
        absent="–",
        certificate=_("who accepts needs it") if party.foreign else _("own country"),
        needs=_needs(party, dossier.owner),
        crosses=party.crosses,
    )


def _place(candidate: Candidate) -> str:
    desk = candidate.entry.desk
    return f"{candidate.entry.country}, {desk.city if desk else ''}"


def _team_name(team: NationalGroup) -> str:
    if team.desk is None:
        return places.headquarters()[team.country].short_name
    return _("Team %(country)s") % {"country": team.country}


def _at(team: NationalGroup) -> str:
    city = team.desk.city if team.desk else places.headquarters()[team.country].city_name
    return f"{team.country}, {city}"


def _absent(candidate: Candidate, private: _Private) -> str:
    """Dates for people of the own country; of the others only whether they are there today."""
    if candidate.entry.country != private.country:
        return _("absent") if candidate.entry.absent else _("present")
    absence = private.absences.get(candidate.entry.person_id)
    if absence is None:
        return _("not planned")
    return _("%(first)s to %(last)s") % {
        "first": times.short_date(absence.starts_on),
        "last": times.short_date(absence.ends_on),
    }


def _certificate(party: Party, until: date | None) -> str:
    if not party.foreign:
        return _("own country")
    return _("until %(date)s") % {"date": times.full_date(until)} if until else _("valid")


def _needs(party: Party, owner: str) -> str:
    if party.standing is not None:
        return _("nothing: %(number)s covers it") % {"number": party.standing.number}
    if not party.foreign:
        return _("nothing")
    return _("mandate of %(headquarters)s") % {
        "headquarters": places.headquarters()[owner].short_name
    }
