"""Which dossiers there are: everything that chance decides, from one generator."""

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import Country
from cases.demo.scale.places import CLOSED_DESK, NEW_DESK, Team
from cases.models.dossiers import CrimeArea, Kind, Purpose
from cases.states import Status, WaitingFor

YEARS = 15
CASELOAD = 26  # dossiers a team works on, whatever it has closed before
MEASURED = ("BOG", "TIA", CLOSED_DESK, NEW_DESK)  # caseload alike at any size; others grow a little
GROWTH = 0.01
THREE = 3
DAY = timedelta(days=1)

KINDS = dict(zip(Kind.values, (30, 22, 14, 10, 6, 4, 5, 4, 3, 2), strict=True))
SPREAD = {  # of what is open
    (Status.OPEN, ""): 52,
    (Status.WAITING, WaitingFor.HOST_AUTHORITY): 18,
    (Status.WAITING, WaitingFor.HEADQUARTERS): 14,
    (Status.WAITING, WaitingFor.CLARIFICATION): 3,
    (Status.WAITING, WaitingFor.JUDICIAL_AUTHORISATION): 2,
    (Status.ANSWERED, ""): 9,
    (Status.DRAFT, ""): 2,
}
GOODS = ("Cocaine", "Cocaïne", "Kokain", "Heroïne", "Precursors", "Voertuigen", "Faux documents",
         "Stolen cars", "Witwassen", "Traite", "Waffen", "Cybercrime", "Koper", "Tabac")  # fmt: skip
CARRIERS = ("in containers", "in bananendozen", "in the hull", "par coursiers", "via a front firm",
            "in reefers", "per post", "dans un camion", "with a forged passport", "im Flugzeug",
            "through a broker", "met drones")  # fmt: skip
ROUTES = ("Guayaquil–Antwerp", "Santos–Rotterdam", "Turbo–Vlissingen", "Durrës–Liège",
          "Callao–Antwerpen", "Tanger–Amsterdam", "Dubai–Luxembourg", "Lagos–Zaventem",
          "Paranaguá–Gent", "Cartagena–Moerdijk", "Istanbul–Bruxelles")  # fmt: skip
ENTRIES = (0, 0, 1, 1, 1, 2, 2, 3, 5)
ACROSS_OPEN, ACROSS_CLOSED = 0.05, 0.015  # worked on under a mandate of the owner


@dataclass(frozen=True)
class Drawn:
    """A dossier as chance left it."""

    key: uuid.UUID
    owner: str
    desk: int
    opener: int
    handler: int | None
    receiver: int | None  # of the mandate, if there was one; who handles while it lasts
    mandate: uuid.UUID | None
    asker: int
    coordinator: int
    title: str
    kind: str
    crime_area: str
    purpose: str
    urgent: bool
    host_country: str
    status: str
    waiting_for: str
    opened_at: datetime
    changed_at: datetime
    due_at: datetime | None
    entries: int


def draw(teams: Sequence[Team], count: int, *, seed: int, until: datetime) -> Iterator[Drawn]:
    """So many dossiers, team by team, the oldest of each first."""
    chance = random.Random(seed)  # noqa: S311 - invented data
    for team, total in zip(teams, _totals(teams, count), strict=True):
        open_ones = min(total, _caseload(team, total))
        ages = sorted((_age(chance, team) for _ in range(total - open_ones)), reverse=True)
        for age in ages:
            yield _dossier(chance, team, until - age, until, is_open=False)
        for place in range(open_ones):
            opened = until - _recent(chance, team, place / open_ones)
            yield _dossier(chance, team, opened, until, is_open=True)


def _totals(teams: Sequence[Team], count: int) -> list[int]:
    """Whole numbers by share; three at the new desk; what is left over goes to the largest."""
    totals = [
        THREE if team.desk.code == NEW_DESK else int(team.share * count) for team in teams
    ]  # fmt: skip
    largest = max(range(len(teams)), key=lambda place: teams[place].share)
    totals[largest] += count - sum(totals)
    return totals


def _caseload(team: Team, total: int) -> int:
    if not team.members:
        return CASELOAD // 4
    return CASELOAD if team.desk.code in MEASURED else CASELOAD + int(total * GROWTH)


def _age(chance: random.Random, team: Team) -> timedelta:
    """More in late years than in early ones; the closed desk took nothing for seven years."""
    age = YEARS * 365 * (1 - chance.random() ** 0.7)  # days
    youngest = 7 * 365 if team.desk.code == CLOSED_DESK else 20
    return timedelta(days=max(age, youngest + chance.random() * 300))


def _recent(chance: random.Random, team: Team, place: float) -> timedelta:
    age = DAY * (0.1 + (1 - place) * 60 + chance.random())
    return age + 7 * 365 * DAY if team.desk.code == CLOSED_DESK else age


def _dossier(
    chance: random.Random, team: Team, opened: datetime, until: datetime, *, is_open: bool
) -> Drawn:
    handler, mandate = _handler(chance, team, is_open=is_open)
    status, waiting_for = _status(chance) if is_open else (Status.CLOSED, "")
    changed = until - (until - opened) * chance.random() if is_open else opened + DAY * 18
    asker, coordinator = team.coordinators
    return Drawn(
        key=uuid.UUID(int=chance.getrandbits(128), version=4),
        owner=Country(team.owner).value,
        desk=team.desk.pk,
        opener=chance.choice(team.members) if team.members else team.headquarters,
        handler=handler if is_open or mandate is None else None,  # a mandate ended takes it along
        receiver=handler if mandate else None,
        mandate=mandate,
        asker=asker,
        coordinator=coordinator,
        title=" ".join((chance.choice(GOODS), chance.choice(CARRIERS))) + ", "
        + chance.choice(ROUTES),
        kind=chance.choices(list(KINDS), list(KINDS.values()))[0],
        crime_area=chance.choice(CrimeArea.values),
        purpose=chance.choice(Purpose.values),
        urgent=chance.random() < 0.12,
        host_country=team.desk.host_country,
        status=status,
        waiting_for=waiting_for,
        opened_at=opened,
        changed_at=changed,
        due_at=_due(chance, opened, until, is_open=is_open),
        entries=chance.choice(ENTRIES),
    )  # fmt: skip


def _status(chance: random.Random) -> tuple[str, str]:
    ((status, waiting_for),) = chance.choices(list(SPREAD), list(SPREAD.values()))
    return str(status), str(waiting_for)


def _handler(
    chance: random.Random, team: Team, *, is_open: bool
) -> tuple[int | None, uuid.UUID | None]:
    """A member of the team, nobody yet, or a neighbour under a mandate."""
    draw_across = chance.random()
    across = draw_across < (ACROSS_OPEN if is_open else ACROSS_CLOSED)
    if team.neighbours and (across or not team.members):
        return chance.choice(team.neighbours), uuid.UUID(int=chance.getrandbits(128), version=4)
    if not team.members or chance.random() < (0.12 if is_open else 0.02):
        return None, None
    return chance.choice(team.members), None


def _due(
    chance: random.Random, opened: datetime, until: datetime, *, is_open: bool
) -> datetime | None:
    """Of what is open a seventh is late, as much is due within the day, a tenth has no term."""
    place = chance.random()
    if not is_open:
        return opened + DAY * chance.randint(1, 30) if place < 0.9 else None
    if place < 0.14:
        return until - DAY * chance.uniform(0.1, 9)
    if place < 0.28:
        return until + DAY * chance.uniform(0.55, 0.95)
    if place < 0.9:
        return until + DAY * chance.uniform(1.5, 40)
    return None
