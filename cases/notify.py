"""Who is told of what: called by the services, in the transaction of the change.

Recipients here are candidates: access is checked again when each mail is made. Nobody is told of
what they did themselves, and nothing of a case is in an alert: reference, event, times, numbers.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from accounts.models import Person, Role
from cases import wordings
from cases.models import (
    Clock,
    ClockInterval,
    Contact,
    Dossier,
    DossierGroupPermission,
    DossierUserPermission,
    Handover,
    Mandate,
    Rotation,
    Task,
)
from cases.models.handovers import Keeps
from cases.selectors import handovers, people
from cases.states import HandoverState, Step
from lodesk.alerts import services as alerts
from lodesk.alerts import subjects
from lodesk.alerts.subjects import Subject

if TYPE_CHECKING:
    from accounts.models import User


def register_wordings() -> None:
    """Tell the alerts room what its alerts are about, and how each event is worded."""
    subjects.register(
        subjects.Kind(Dossier.objects.visible_to),
        subjects.Kind(Rotation.objects.visible_to),
        subjects.Kind(Contact.objects.visible_to, key="origin"),
    )
    wordings.register_all()


def subject_of(dossier: Dossier) -> Subject:
    """The dossier as the alerts room knows it."""
    return Subject(id=dossier.pk, reference=dossier.reference, owner=dossier.owner)


def opened(dossier: Dossier, *, by: "User", standing: str) -> None:
    """Under a standing mandate headquarters of the owner is told at once (product.md 2.3).

    What headquarters opens for a desk is told to the handler or, where there is none, the team.
    """
    if standing:
        headquarters = people.headquarters_of(dossier.owner)
        _announce(
            "dossier.opened_for_you", dossier, by, people.members(headquarters.pk), "headquarters"
        )
        return
    if dossier.handler_id is not None:
        _announce("dossier.opened", dossier, by, [dossier.handler_id], "handler")
        return
    team = people.team_of(dossier.owner, dossier.desk_id)
    if team is not None and not dossier.confined:
        _announce("dossier.opened", dossier, by, people.members(team.pk), "team")


def mandate_asked(handover: Handover, *, by: "User") -> None:
    """A coordinator of the owner country has to decide."""
    dossier, mandate = handover.dossier, handover.mandate
    if mandate is None:
        return
    alerts.announce(
        event="mandate.asked",
        to=people.coordinators(dossier.owner),
        subject=subject_of(dossier),
        because="coordinator",
        actor=by.pk,
        facts={"mandate": mandate.number, "answer_by": handover.answer_by},
        path=reverse("mandate", args=[mandate.pk]),
        key=str(mandate.pk),
    )


def mandate_decided(handover: Handover, mandate: Mandate, *, by: "User") -> None:
    """Who asked is told what was decided."""
    _announce(
        f"mandate.{mandate.state}",
        handover.dossier,
        by,
        {mandate.asked_by_id, *_giver(handover)},
        "asked",
        mandate=mandate.number,
        until=mandate.ends_at,
    )


def offered(handover: Handover, *, by: "User") -> None:
    """The addressee may look and has to answer."""
    alerts.announce(
        event="handover.offered",
        to=handovers.addressees(handover),
        subject=subject_of(handover.dossier),
        because="named" if handover.to_person_id else "team",
        actor=by.pk,
        facts={
            "answer_by": handover.answer_by,
            "mandate": handover.mandate.number if handover.mandate else "",
        },
        path=reverse("handover", args=[handover.pk]),
        key=str(handover.pk),
    )


def answered(handover: Handover, *, by: "User", step: Step) -> None:
    """The giver and headquarters learn who has it; who loses sight, that it ended."""
    dossier = handover.dossier
    if step == Step.ACCEPT:
        _accepted(handover, by=by)
        return
    lost = _loses_sight(dossier, under=handover.pk)
    if step == Step.DECLINE:
        _announce("handover.declined", dossier, by, _giver(handover), "giver")
    elif handover.state == HandoverState.OFFERED:
        told = {*_giver(handover), *handovers.addressees(handover)} - lost
        _announce("handover.withdrawn", dossier, by, told, "offered")
    _tell_who_loses_sight(dossier, by, lost)


def _giver(handover: Handover) -> set[int]:
    """Who offered it: always somebody, but where it was taken from the queue."""
    return set() if handover.giver_id is None else {handover.giver_id}


def _accepted(handover: Handover, *, by: "User") -> None:
    dossier = handover.dossier
    leaves = dossier.handler_id if handover.giver_keeps == Keeps.NOTHING else None
    lost = _loses_sight(dossier, under=handover.pk, handler=leaves, moves=True)
    giver = _giver(handover)
    handled = {dossier.handler_id} if dossier.handler_id is not None else set()
    others = set(people.coordinators(dossier.owner)) - giver - handled
    _announce("handover.accepted", dossier, by, giver - lost, "giver")
    _announce("handover.accepted", dossier, by, handled - giver - lost, "handled")
    _announce("handover.accepted", dossier, by, others, "coordinator")
    _tell_who_loses_sight(dossier, by, lost)


def taken(dossier: Dossier, *, by: "User") -> None:
    """Coordinators and the head of desk learn that somebody has it now."""
    coordinators = set(people.coordinators(dossier.owner))
    _announce("handover.taken", dossier, by, coordinators, "coordinator")
    _announce("handover.taken", dossier, by, set(_head_of_desk(dossier)) - coordinators, "steering")


def reassigned(dossier: Dossier, *, by: "User", to: Person) -> None:
    """Who has it now, who had it until now and coordinators learn it; who loses sight, too."""
    handled = {dossier.handler_id} if dossier.handler_id is not None else set()
    lost = _loses_sight(dossier, under=None, handler=dossier.handler_id, moves=True)
    others = set(people.coordinators(dossier.owner)) - handled - {to.pk}
    _announce("handover.reassigned", dossier, by, [to.pk], "handler")
    _announce("handover.reassigned", dossier, by, handled - lost, "handled")
    _announce("handover.reassigned", dossier, by, others, "coordinator")
    _tell_who_loses_sight(dossier, by, lost)


def rotation_offered(
    rotation: Rotation, *, by: "User", to: int, dossiers: int, answer_by: datetime
) -> None:
    """A receiver learns of all that a rotation offers him at once (product.md section 5)."""
    _of_rotation(
        "rotation.offered", rotation, by, [to], "rotation_named", dossiers=dossiers,
        answer_by=answer_by,
    )  # fmt: skip


def rotation_answered(rotation: Rotation, *, by: "User", accepted: int, declined: int) -> None:
    """Who leaves, the head of desk and the coordinators learn what came of it, once an answer."""
    team = people.team_of(rotation.country, rotation.desk_id)
    heads = set(people.members(team.pk, [Role.HEAD_OF_DESK])) if team else set()
    coordinators = set(people.coordinators(rotation.country))
    told = (
        ({rotation.leaver_id}, "rotation_leaver"),
        (heads - {rotation.leaver_id}, "rotation_steering"),
        (coordinators - heads - {rotation.leaver_id}, "coordinator"),
    )
    for to, because in told:
        _of_rotation(
            "rotation.answered", rotation, by, to, because, accepted=accepted, declined=declined
        )


def answered_in_rotation(handover: Handover, *, by: "User", step: Step) -> None:
    """Dossier by dossier only who loses sight is told: the rest stands in rotation_answered.

    Giver and receiver are of the owner's team, which sees all but confined dossiers.
    """
    dossier = handover.dossier
    if not dossier.confined:
        return
    leaves = dossier.handler_id if step == Step.ACCEPT else None
    lost = _loses_sight(dossier, under=handover.pk, handler=leaves, moves=step == Step.ACCEPT)
    _tell_who_loses_sight(dossier, by, lost)


def _of_rotation(
    event: str,
    rotation: Rotation,
    by: "User",
    to: Collection[int],
    because: str,
    **facts: alerts.FactValue,
) -> None:
    alerts.announce(
        event=event,
        to=to,
        subject=Subject(rotation.pk, f"{rotation.country}-{rotation.desk.code}", rotation.country),
        because=because,
        actor=by.pk,
        facts=facts,
        path=reverse("rotation", args=[rotation.pk]),
    )


def mandate_ended_by(mandate: Mandate, *, by: "User") -> None:
    """A coordinator revoked it: who had access, who asked or offers, the owner's desk learn it."""
    offers = Handover.objects.filter(mandate=mandate).open()
    givers = dict(offers.values_list("dossier", "giver"))
    touched = Dossier.objects.visible_to(by).filter(
        Q(pk__in=DossierUserPermission.objects.filter(mandate=mandate).values("content_object"))
        | Q(pk__in=DossierGroupPermission.objects.filter(mandate=mandate).values("content_object"))
        | Q(pk__in=givers)
    )
    for dossier in touched:
        lost = _loses_sight(dossier, under=mandate.pk)
        _tell_who_loses_sight(dossier, by, lost, key=str(mandate.pk))
        told = {mandate.asked_by_id, givers.get(dossier.pk) or mandate.asked_by_id}
        told = {*told, *_head_of_desk(dossier)} - lost
        _announce("mandate.ended", dossier, by, told, "asked", mandate=mandate.number)


def task_assigned(task: Task, *, by: "User") -> None:
    """Who is to do it learns that there is something to do, and by when."""
    _announce("task.assigned", task.dossier, by, [task.assignee_id], "task", due_at=task.due_at)


def task_moved(task: Task, *, by: "User") -> None:
    """Who is to do it learns the new due time."""
    _announce("task.moved", task.dossier, by, [task.assignee_id], "task", due_at=task.due_at)


def task_given_on(task: Task, *, by: "User", before: int) -> None:
    """Who was to do it and who made it learn that somebody else does it now."""
    _announce("task.given_on", task.dossier, by, {before} - {task.assignee_id}, "task_was_yours")
    made = {task.made_by_id} - {before, task.assignee_id}
    _announce("task.given_on", task.dossier, by, made, "task_made")


def task_ended(task: Task, *, by: "User") -> None:
    """Who made it and who was to do it learn that it is done, or need not be done any more."""
    event = f"task.{task.state}"
    _announce(event, task.dossier, by, [task.assignee_id], "task")
    _announce(event, task.dossier, by, {task.made_by_id} - {task.assignee_id}, "task_made")


def task_due(subject: Subject, *, task: UUID, assignee: int, due_at: datetime) -> None:
    """One reminder for each due time of a task."""
    alerts.announce(
        event="task.due",
        to=[assignee],
        subject=subject,
        because="task",
        actor=None,
        facts={"due_at": due_at},
        path=reverse("dossier", args=[subject.reference]),
        key=f"{task}:{due_at.isoformat()}",
    )


def contacts_handed_over(contacts: Sequence[Contact], *, to: int, by: "User") -> None:
    """Who keeps them from now on learns that, in one alert: how many, and nothing of whom.

    Of several the first stands for all.
    """
    first = contacts[0]
    one = reverse("contact", args=[first.origin_id])
    alerts.announce(
        event="contact.handed_over",
        to=[to],
        subject=Subject(id=first.origin_id, reference="", owner=first.owner),
        because="keeper",
        actor=by.pk,
        facts={"number": len(contacts)},
        path=one if len(contacts) == 1 else reverse("contacts"),
    )


def ended_by_time(
    event: str, subject: Subject, *, key: str, told: Sequence[int], lost: Sequence[int]
) -> None:
    """What ended by itself: those concerned, and those who lost sight of it."""
    still = set(told) - set(lost)
    if still:
        alerts.announce(
            event=event,
            to=still,
            subject=subject,
            because="steering",
            actor=None,
            path=reverse("dossier", args=[subject.reference]),
            key=f"{key}:{subject.id}",
        )
    if lost:
        alerts.announce(
            event="access.ended",
            to=lost,
            subject=subject,
            because="had_access",
            actor=None,
            survives_access=True,
            key=f"{key}:{subject.id}",
        )


def posting_ends(
    subject: Subject,
    *,
    key: str,
    ends_at: datetime,
    leaver: tuple[int, int],
    heads: tuple[Sequence[int], int],
) -> None:
    """A posting ends soon and work is held: who leaves is told, and the heads what they see."""
    person, held = leaver
    steering, in_sight = heads
    for to, count, because in (([person], held, "leaver"), (steering, in_sight, "head")):
        if count:
            alerts.announce(
                event="posting.ends",
                to=to,
                subject=subject,
                because=because,
                actor=None,
                facts={"dossiers": count, "until": ends_at},
                path=reverse("rotation_new"),
                key=key,
            )


def stand_in(
    event: str, *, standin: UUID, because: str, told: Sequence[int], dossiers: int
) -> None:
    """Standing in began, ended, or falls to nobody: once for each stand-in, however many dossiers.

    It is about no dossier, so that one mail does for two hundred.
    """
    alerts.announce(
        event=event,
        to=told,
        subject=Subject(id=None, reference="", owner=""),
        because=because,
        actor=None,
        facts={"dossiers": dossiers} if dossiers else {},
        path=reverse("standin", args=[standin]),
        key=str(standin),
    )


def extended(dossier: Dossier, clock: Clock, interval: ClockInterval, *, by: "User") -> None:
    """A court is asked, and the answer comes later: who opened it and who handles it learn it."""
    handler = {dossier.handler_id} if dossier.handler_id is not None else set()
    opener = {dossier.opened_by_id} - handler
    facts = {"kind": clock.kind, "until": interval.expected_until}
    for people_told, because in ((handler, "handler"), (opener, "opened")):
        alerts.announce(
            event="clock.extended",
            to=people_told,
            subject=subject_of(dossier),
            because=because,
            actor=by.pk,
            facts=facts,
            path=reverse("deadlines", args=[dossier.reference]),
            key=str(interval.pk),
        )


def due(
    event: str,
    subject: Subject,
    *,
    clock: UUID,
    kind: str,
    due_at: datetime,
    because: str,
    told: Sequence[int],
) -> None:
    """A moment of a clock has come: once for each clock, moment and due time."""
    alerts.announce(
        event=event,
        to=told,
        subject=subject,
        because=because,
        actor=None,
        facts={"kind": kind},
        due_at=due_at,
        path=reverse("deadlines", args=[subject.reference]),
        key=f"{clock}:{int(due_at.timestamp())}",
    )


def unanswered(
    event: str,
    subject: Subject,
    *,
    handover: UUID,
    mandate: UUID | None,
    number: str,
    answer_by: datetime,
    because: str,
    told: Sequence[int],
) -> None:
    """A moment of an open offer has come: once for each offer and moment."""
    page, key = ("mandate", mandate) if event == "mandate.waiting" else ("handover", handover)
    alerts.announce(
        event=event,
        to=told,
        subject=subject,
        because=because,
        actor=None,
        facts={"answer_by": answer_by, "mandate": number},
        path=reverse(page, args=[key]),
        key=str(handover),
    )


def _announce(
    event: str,
    dossier: Dossier,
    by: "User",
    to: Sequence[int] | set[int],
    because: str,
    **facts: alerts.FactValue,
) -> None:
    alerts.announce(
        event=event,
        to=to,
        subject=subject_of(dossier),
        because=because,
        actor=by.pk,
        facts=facts,
        path=reverse("dossier", args=[dossier.reference]),
    )


def _tell_who_loses_sight(dossier: Dossier, by: "User", lost: set[int], *, key: str = "") -> None:
    alerts.announce(
        event="access.ended",
        to=lost,
        subject=subject_of(dossier),
        because="had_access",
        actor=by.pk,
        survives_access=True,
        key=f"{key}:{dossier.pk}" if key else "",
    )


def _head_of_desk(dossier: Dossier) -> list[int]:
    team = people.team_of(dossier.owner, dossier.desk_id)
    if team is None or dossier.confined:
        return []
    return people.members(team.pk, [Role.HEAD_OF_DESK])


def _loses_sight(
    dossier: Dossier, *, under: UUID | None, handler: int | None = None, moves: bool = False
) -> set[int]:
    """Who sees it only by what ends now: an offer, a mandate, and what this handler holds.

    When the dossier `moves` to another handler, also what is held in the place of this one.

    Said beforehand, as afterwards who lost sight could tell nobody. `cases_loses_sight` in
    sql/60_time.sql says the same of what time ends.
    """
    going: set[int] = set()
    staying: set[int] = set()
    sight = {"content_object": dossier, "permission__codename": "view_dossier"}
    for own in DossierUserPermission.objects.filter(**sight):
        ends = _rests_on(own, under) or own.user_id == handler
        ends = ends or (moves and own.standin_id is not None)
        (going if ends else staying).add(own.user_id)
    for shared in DossierGroupPermission.objects.filter(**sight):
        ends = _rests_on(shared, under)
        (going if ends else staying).update(people.members(shared.group_id))
    return going - staying


def _rests_on(grant: DossierUserPermission | DossierGroupPermission, key: UUID | None) -> bool:
    return key is not None and key in (grant.handover_id, grant.mandate_id)
