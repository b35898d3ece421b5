"""The demo's places and people. Sign-in names are roles; one password for all."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.models import (
    Absence,
    Certificate,
    Desk,
    Headquarters,
    NationalGroup,
    Posting,
    Role,
    User,
)
from accounts.models.postings import DOSSIER_ROLES

PASSWORD = "lodesk-demo"  # noqa: S105  (the demo's, printed on its sign-in page)
DOMAIN = "lodesk.example"


@dataclass(frozen=True)
class DemoPerson:
    """Somebody to sign in as. `place` is a desk's code, or empty for headquarters."""

    key: str
    name: str
    country: str
    place: str
    role: Role
    language: str
    certified_for: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        """The sign-in name."""
        return f"{self.key}@{DOMAIN}"


PEOPLE = (
    DemoPerson("be-lo-bog", "A. Voorbeeld", "BE", "BOG", Role.OFFICER, "nl", ("NL", "LU")),
    DemoPerson("nl-lo-bog", "J. Modaal", "NL", "BOG", Role.OFFICER, "en", ("BE", "LU")),
    DemoPerson("be-lo2-bog", "L. Testard", "BE", "BOG", Role.ASSISTANT, "fr"),
    DemoPerson("nl-lo2-bog", "S. Proef", "NL", "BOG", Role.OFFICER, "nl"),
    DemoPerson("be-head-bog", "M. Exemple", "BE", "BOG", Role.HEAD_OF_DESK, "fr", ("NL",)),
    DemoPerson("nl-head-bog", "K. Proeve", "NL", "BOG", Role.HEAD_OF_DESK, "nl", ("BE", "LU")),
    DemoPerson("be-lo-bsb", "P. Fictif", "BE", "BSB", Role.OFFICER, "fr", ("NL", "LU")),
    DemoPerson("nl-lo-bsb", "B. Monster", "NL", "BSB", Role.OFFICER, "nl", ("BE",)),
    DemoPerson("be-lo-tia", "D. Fictief", "BE", "TIA", Role.OFFICER, "nl", ("NL",)),
    DemoPerson("nl-lo-tia", "H. Denkbeeld", "NL", "TIA", Role.OFFICER, "nl", ("BE", "LU")),
    DemoPerson("be-hq", "E. Exemplaire", "BE", "", Role.HEADQUARTERS_OFFICER, "fr"),
    DemoPerson("be-coordinator", "C. Exemple", "BE", "", Role.COORDINATOR, "nl"),
    DemoPerson("nl-hq", "T. Model", "NL", "", Role.HEADQUARTERS_OFFICER, "nl"),
    DemoPerson("nl-coordinator", "R. Staal", "NL", "", Role.COORDINATOR, "nl"),
    DemoPerson("lu-hq", "M. Muster", "LU", "", Role.HEADQUARTERS_OFFICER, "de"),
    DemoPerson("lu-coordinator", "N. Beispill", "LU", "", Role.COORDINATOR, "fr"),
    DemoPerson("be-auditor", "V. Contrôle", "BE", "", Role.AUDITOR, "fr"),
    DemoPerson("nl-auditor", "W. Toets", "NL", "", Role.AUDITOR, "nl"),
    DemoPerson("lu-auditor", "F. Préift", "LU", "", Role.AUDITOR, "de"),
    DemoPerson("be-people", "Y. Lijst", "BE", "", Role.PEOPLE_ADMINISTRATOR, "nl"),
)

HEADQUARTERS = (
    ("BE", "CGI", "Brussels", "Brussels", "Europe/Brussels", "+32 2 555 01 00"),
    ("NL", "LIRC", "Zoetermeer", "The Hague", "Europe/Amsterdam", "+31 79 555 01 00"),
    ("LU", "DRI", "Luxembourg", "Luxembourg", "Europe/Luxembourg", "+352 555 0100"),
)
DESKS = (
    ("BOG", "Bogotá", "CO", "NL", ["CO", "EC"], "America/Bogota"),
    ("BSB", "Brasília", "BR", "BE", ["BR"], "America/Sao_Paulo"),
    ("TIA", "Tirana", "AL", "NL", ["AL", "XK"], "Europe/Tirane"),
)
SERVICES = {"BE": "federal_police", "NL": "national_police", "LU": "grand_ducal_police"}


def make_places() -> None:
    """Headquarters, desks and the national groups; Luxembourg has no team at any desk."""
    for country, short_name, city, zone_city, zone, phone in HEADQUARTERS:
        Headquarters.objects.create(
            country=country,
            short_name=short_name,
            city=city,
            zone_city=zone_city,
            time_zone=zone,
            phone=phone,
        )
        _group(f"{short_name}, {city}", country, None)
    for code, city, host, embassy, accredited, zone in DESKS:
        desk = Desk.objects.create(
            code=code,
            city=city,
            host_country=host,
            embassy_of=embassy,
            accredited_countries=accredited,
            time_zone=zone,
        )
        for country in ("BE", "NL"):
            _group(f"Team {country}, {city}", country, desk)


def _group(name: str, country: str, desk: Desk | None) -> None:
    group = Group.objects.create(name=name)
    NationalGroup.objects.create(group=group, country=country, desk=desk)


def make_people() -> dict[str, User]:
    """Accounts with a posting since a year, certificates and an absence, by sign-in name."""
    password = make_password(PASSWORD)  # once: argon2 is slow on purpose
    return {person.key: user for person, user in _accounts(password)}


def _accounts(password: str) -> Iterator[tuple[DemoPerson, User]]:
    now = timezone.now()
    for person in PEOPLE:
        user = User.objects.create(
            email=person.email,
            password=password,
            name=person.name,
            country=person.country,
            service=SERVICES[person.country],
            language=person.language,
        )
        _post(person, user)
        for country in person.certified_for:
            Certificate.objects.create(
                person=user,
                rules_of=country,
                issued_on=(now - timedelta(days=300)).date(),
                valid_until=(now + timedelta(days=430)).date(),
            )
        if person.key == "nl-lo2-bog":
            Absence.objects.create(
                person=user,
                starts_on=(now + timedelta(days=5)).date(),
                ends_on=(now + timedelta(days=13)).date(),
            )
        yield person, user


def _post(person: DemoPerson, user: User) -> None:
    desk = Desk.objects.filter(code=person.place).first() if person.place else None
    reads_dossiers = person.role in DOSSIER_ROLES
    group = NationalGroup.objects.get(country=person.country, desk=desk) if reads_dossiers else None
    Posting.objects.create(
        person=user,
        country=person.country,
        role=person.role,
        desk=desk,
        group=group,
        starts_at=timezone.now() - timedelta(days=365),
    )
