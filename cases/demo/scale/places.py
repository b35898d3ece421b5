"""Desks and people of a network as large as the three countries' together."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.models import Certificate, Desk, NationalGroup, Posting, Role, User
from cases.demo import people

CLOSED_DESK = "CCS"  # has worked for years and takes nothing new
NEW_DESK = "WDH"  # three dossiers of each country, however many there are elsewhere
# Code, city, host country, embassy, zone, share of each country's dossiers in thousandths.
DESKS = (
    ("BOG", "", "CO", "NL", "", 60, 100),
    ("BSB", "", "BR", "BE", "", 60, 55),
    ("TIA", "", "AL", "NL", "", 45, 40),
    ("CCS", "Caracas", "VE", "NL", "America/Caracas", 60, 60),
    ("WDH", "Windhoek", "NA", "NL", "Africa/Windhoek", 0, 0),
    ("LIM", "Lima", "PE", "BE", "America/Lima", 50, 55),
    ("PTY", "Panamá", "PA", "NL", "America/Panama", 40, 60),
    ("UIO", "Quito", "EC", "BE", "America/Guayaquil", 70, 60),
    ("WAS", "Washington", "US", "NL", "America/New_York", 45, 50),
    ("PBM", "Paramaribo", "SR", "NL", "America/Paramaribo", 5, 50),
    ("RBA", "Rabat", "MA", "BE", "Africa/Casablanca", 80, 50),
    ("ACC", "Accra", "GH", "NL", "Africa/Accra", 25, 30),
    ("DKR", "Dakar", "SN", "BE", "Africa/Dakar", 30, 15),
    ("FIH", "Kinshasa", "CD", "BE", "Africa/Kinshasa", 50, 5),
    ("NBO", "Nairobi", "KE", "NL", "Africa/Nairobi", 25, 25),
    ("PRY", "Pretoria", "ZA", "NL", "Africa/Johannesburg", 30, 35),
    ("ANK", "Ankara", "TR", "BE", "Europe/Istanbul", 70, 60),
    ("AUH", "Abu Dhabi", "AE", "NL", "Asia/Dubai", 55, 60),
    ("AMM", "Amman", "JO", "BE", "Asia/Amman", 30, 20),
    ("BEG", "Belgrade", "RS", "NL", "Europe/Belgrade", 35, 30),
    ("BUH", "Bucharest", "RO", "BE", "Europe/Bucharest", 45, 30),
    ("BKK", "Bangkok", "TH", "NL", "Asia/Bangkok", 40, 50),
    ("BJS", "Beijing", "CN", "NL", "Asia/Shanghai", 25, 30),
    ("CBR", "Canberra", "AU", "NL", "Australia/Sydney", 25, 30),
)
SHARES = {"BE": 460, "NL": 500, "LU": 40}  # of all dossiers, in thousandths
LUXEMBOURG_AT = ("BOG", "BSB", "LIM", "RBA", "AUH")
OFFICERS = 3  # a team


@dataclass(frozen=True)
class Team:
    """The dossiers of one country at one desk, and who may handle them."""

    owner: str
    desk: Desk
    share: float  # of all dossiers
    members: tuple[int, ...]
    neighbours: tuple[int, ...]  # certified officers of another country at the desk
    headquarters: int  # who opens what no team opens
    coordinators: tuple[int, int]  # who asks for a mandate, and who gives it


def make() -> list[Team]:
    """Desks and people that the demo does not have yet. Returns the teams, always in one order."""
    _desks()
    _people()
    desks = {desk.code: desk for desk in Desk.objects.order_by("code")}
    return list(_teams(desks))


def _desks() -> None:
    known = set(Desk.objects.values_list("code", flat=True))
    for code, city, host, embassy, zone, _be, _nl in DESKS:
        if code in known:
            continue
        desk = Desk.objects.create(
            code=code,
            city=city,
            host_country=host,
            embassy_of=embassy,
            accredited_countries=[host],
            time_zone=zone,
        )
        for country in ("BE", "NL"):
            group = Group.objects.create(name=f"Team {country}, {city}")
            NationalGroup.objects.create(group=group, country=country, desk=desk)


def _people() -> None:
    password = make_password(people.PASSWORD)
    known = set(User.objects.values_list("email", flat=True))
    for code, *_rest in DESKS:
        for country in ("BE", "NL"):
            for number in range(1, OFFICERS + 1):
                email = f"{country.lower()}-officer{number}-{code.lower()}@{people.DOMAIN}"
                if email not in known:
                    _officer(email, f"Officer {number} {country} {code}", country, code, password)


def _officer(email: str, name: str, country: str, code: str, password: str) -> None:
    now = timezone.now()
    user = User.objects.create(
        email=email,
        password=password,
        name=name,
        country=country,
        service=people.SERVICES[country],
        language={"BE": "fr", "NL": "nl"}[country],
    )
    desk = Desk.objects.get(code=code)
    Posting.objects.create(
        person=user,
        country=country,
        role=Role.OFFICER,
        desk=desk,
        group=NationalGroup.objects.get(country=country, desk=desk),
        starts_at=now - timedelta(days=365),
    )
    for other in {"BE", "NL", "LU"} - {country}:
        Certificate.objects.create(
            person=user,
            rules_of=other,
            issued_on=(now - timedelta(days=300)).date(),
            valid_until=(now + timedelta(days=430)).date(),
        )


def _teams(desks: dict[str, Desk]) -> Iterator[Team]:
    totals = {"BE": sum(row[5] for row in DESKS), "NL": sum(row[6] for row in DESKS)}
    for code, *_rest, belgian, dutch in DESKS:
        for owner, part in (("BE", belgian), ("NL", dutch)):
            share = SHARES[owner] / 1000 * part / totals[owner]
            yield _team(owner, desks[code], share)
    for code in LUXEMBOURG_AT:
        yield _team("LU", desks[code], SHARES["LU"] / 1000 / len(LUXEMBOURG_AT))


def _team(owner: str, desk: Desk, share: float) -> Team:
    officers = {country: _officers(country, desk) for country in ("BE", "NL")}
    neighbours = officers["NL" if owner != "NL" else "BE"]
    return Team(
        owner=owner,
        desk=desk,
        share=share,
        members=officers.get(owner, ()),
        neighbours=neighbours,
        headquarters=_of_headquarters(owner, Role.HEADQUARTERS_OFFICER),
        coordinators=(
            _of_headquarters(owner, Role.HEADQUARTERS_OFFICER),
            _of_headquarters(owner, Role.COORDINATOR),
        ),
    )


def _officers(country: str, desk: Desk) -> tuple[int, ...]:
    found = User.objects.filter(
        country=country,
        email__contains="-officer",
        postings__desk=desk,
        postings__role=Role.OFFICER,
    )
    return tuple(found.order_by("email").values_list("pk", flat=True))


def _of_headquarters(country: str, role: Role) -> int:
    return User.objects.get(country=country, postings__role=role, postings__desk=None).pk
