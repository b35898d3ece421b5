"""What the demo's people set up beside the dossiers: tasks, links, a project, a stand-in."""

import zoneinfo
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Absence, Desk, Person, Posting, User
from cases.models import Dossier, Task
from cases.models.links import LinkKind
from cases.selectors import absences
from cases.selectors import rotations as rotation_selectors
from cases.services import (
    duty,
    links,
    projects,
    rotations,
    saved_views,
    standins,
    tasks,
    templates,
)
from lodesk.alerts.models import Delivery, DeliveryState
from lodesk.border.context import acting_as

Users = Mapping[str, User]
Dossiers = Mapping[str, Dossier]
LEGAL_BASIS = "Benelux police treaty 2018, art. 28"


def play(users: Users, dossiers: Dossiers) -> None:
    """Tasks across the teams, links across the border, one joint project, some templates."""
    _tasks(users, dossiers)
    _links(users, dossiers)
    _project(users, dossiers)
    _templates(users)
    _views(users)
    _mail_that_failed(users["be-lo2-bog"])
    _rotation(users)
    _standin(users)
    _duty(users)


def _rotation(users: Users) -> None:
    """The Belgian officer at Bogotá will leave: the plan is begun, nothing is offered yet."""
    leaves = users["be-lo-bog"]
    leaver = rotation_selectors.Leaver(
        Person.objects.get(pk=leaves.pk), Desk.objects.get(code="BOG")
    )
    with acting_as(leaves.pk):
        rotations.begin(leaver=leaver, by=leaves)


def _tasks(users: Users, dossiers: Dossiers) -> None:
    dutch, assistant = users["nl-lo-bog"], users["be-lo2-bog"]
    bananas = dossiers["bananas"]
    _task(
        bananas,
        by=dutch,
        to=assistant,
        title="Translate the inspection report",
        note="Spanish to Dutch and French, six pages; names and numbers first.",
        due_at=_noon(days=1),
    )
    sent = _task(
        bananas,
        by=users["be-hq"],
        to=dutch,
        title="Send the seal photographs to CGI",
        due_at=_noon(days=2),
    )
    with acting_as(dutch.pk):
        tasks.finish(task=sent, by=dutch)
    _task(
        dossiers["seals"],
        by=users["be-lo-bog"],
        to=users["be-lo-bog"],
        title="Foto's van gate-in nabellen bij de terminal",
        due_at=timezone.now() + timedelta(hours=3),
    )
    _task(
        dossiers["quito"],
        by=users["be-lo2-bog"],
        to=users["be-hq"],
        title="Demander à Liège si les statuts suffisent",
        due_at=_noon(days=3),
    )
    _task(
        dossiers["laundering"],
        by=users["lu-hq"],
        to=users["nl-lo-bog"],
        title="Kontoauszüge für das zweite Halbjahr nachfordern",
        due_at=_noon(days=4),
    )


def _task(
    dossier: Dossier, *, by: User, to: User, title: str, due_at: datetime, note: str = ""
) -> Task:
    person = Person.objects.get(pk=to.pk)
    with acting_as(by.pk):
        return tasks.make(
            dossier=dossier,
            by=by,
            title=title,
            note=note,
            assignee=person,
            due_at=due_at.replace(second=0, microsecond=0),
        )


def _links(users: Users, dossiers: Dossiers) -> None:
    dutch, belgian = users["nl-lo-bog"], users["be-lo-bog"]
    made = (
        (dutch, "bananas", "rotterdam", LinkKind.SAME_CONTAINER),
        (belgian, "seals", "bananas", LinkKind.RELATED),
    )
    for by, source, target, kind in made:
        with acting_as(by.pk):
            links.make(source=dossiers[source], target=dossiers[target], kind=kind, by=by)


def _project(users: Users, dossiers: Dossiers) -> None:
    maker = users["be-head-bog"]
    named = ("be-lo-bog", "nl-lo-bog", "nl-head-bog", "be-hq", "nl-hq", "lu-hq")
    people = list(Person.objects.filter(pk__in=[users[key].pk for key in named]))
    with acting_as(maker.pk):
        project = projects.make(
            by=maker, name="Tucán: reefers to Antwerp and Rotterdam", people=people
        )
    for key, dossier in (
        ("nl-lo-bog", "bananas"),
        ("nl-lo-bog", "rotterdam"),
        ("be-lo-bog", "seals"),
    ):
        by = users[key]
        with acting_as(by.pk):
            projects.put_in(project=project, dossier=dossiers[dossier], by=by)


def _templates(users: Users) -> None:
    made = {
        "be-coordinator": (
            ("seizure", "Inbeslagname in de haven", "Containers met verdovende middelen, ", "nl"),
            (
                "incoming_request",
                "Registre de commerce",
                "Société : registres de propriété à ",
                "fr",
            ),
        ),
        "nl-coordinator": (
            ("seizure", "Inbeslagname Rotterdam", "Container op de Maasvlakte, ", "nl"),
            ("fugitive", "Voortvluchtige", "Fugitive: last known address in ", "en"),
        ),
        "lu-coordinator": (("incoming_request", "Kontoanfrage", "Kontoinhaber bei ", "de"),),
    }
    summaries = {
        "nl": "Gevraagd: foto's van de verzegeling bij gate-in, de transporteur, eerdere reizen.",
        "fr": "Associés, bénéficiaires effectifs et gérants depuis ",
        "en": "Asked: confirm the address, and which passport was used at the border.",
        "de": "Erbeten: Kontoinhaber, Bevollmächtigte und Kontoauszüge seit ",
    }
    for key, rows in made.items():
        by = users[key]
        with acting_as(by.pk):
            for kind, name, title, language in rows:
                templates.add(
                    by=by,
                    kind=kind,
                    name=name,
                    title=title,
                    summary=summaries[language],
                    purpose="investigation",
                    legal_basis=LEGAL_BASIS,
                    language=language,
                    next_step="",
                )


def _views(users: Users) -> None:
    made = {
        "nl-lo-bog": (
            ("Urgent in Colombia", "host_country=CO&urgency=urgent"),
            ("Wacht op de gastautoriteit", "status=waiting&handler=me"),
        ),
        "be-hq": (("Bogotá, deze week", "due=week&desk=BOG&owner=BE"),),
    }
    for key, rows in made.items():
        by = users[key]
        with acting_as(by.pk):
            for name, asked in rows:
                saved_views.keep(by=by, name=name, asked=asked)


def _standin(users: Users) -> None:
    """The Dutch colleague goes on leave, and has said who stands in."""
    absent, stand_in = users["nl-lo2-bog"], users["nl-lo-bog"]
    bogota = Desk.objects.get(code="BOG")
    leave = Absence.objects.get(person=absent)
    starts_at, ends_at = absences.span(leave.starts_on, leave.ends_on, bogota)
    with acting_as(absent.pk):
        standins.make(
            absent=absent,
            stand_in=stand_in,
            desk=bogota,
            starts_at=starts_at,
            ends_at=ends_at,
            by=absent,
        )


def _duty(users: Users) -> None:
    """Who is awake this week: at the desk the two who take turns, at headquarters one."""
    rows = (
        ("be-head-bog", "be-lo2-bog", 0), ("be-head-bog", "be-lo-bog", 1),
        ("nl-head-bog", "nl-lo2-bog", 0), ("nl-head-bog", "nl-lo-bog", 1),
        ("be-coordinator", "be-hq", 0), ("nl-coordinator", "nl-hq", 0), ("lu-coordinator", "lu-hq", 0),
    )  # fmt: skip
    begun = timezone.now().replace(minute=0, second=0, microsecond=0)
    for by, who, days in rows:
        starts_at = begun + timedelta(days=days)
        with acting_as(users[by].pk):
            duty.put_on(
                posting=Posting.objects.select_related("person").get(person=users[who].pk),
                starts_at=starts_at,
                ends_at=starts_at + timedelta(days=1),
                by=users[by],
            )


def _noon(*, days: int) -> datetime:
    """Noon at the desk, some days from now."""
    here = Desk.objects.get(code="BOG").time_zone
    moment: datetime = timezone.localtime(timezone.now(), zoneinfo.ZoneInfo(here))
    moment += timedelta(days=days)
    return moment.replace(hour=12, minute=0)


def _mail_that_failed(user: User) -> None:
    """An address with a mistake in it, for the people administrator to find."""
    Delivery.objects.filter(alert__recipient=user.pk).update(
        state=DeliveryState.FAILED,
        attempts=1,
        failed_at=timezone.now() - timedelta(hours=2),
        last_error="SMTPRecipientsRefused 550",
    )
