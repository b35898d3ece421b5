"""Who may do what: the one module that asks django-guardian's rows, and the first wall.

It knows no model of this app: it is handed an object or a queryset. Principals come from the
postings valid now, never from group memberships (house.md section 2, trap 11).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from django.contrib.postgres.functions import TransactionNow
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from guardian.utils import get_group_obj_perms_model, get_user_obj_perms_model

from accounts.models import (
    Certificate,
    Country,
    DirectoryEntry,
    NationalGroup,
    Posting,
    Role,
)
from accounts.models.postings import HEADQUARTERS_ROLES
from cases.states import (
    DOSSIER_STEPS,
    HANDOVER_STEPS,
    MANDATE_STEPS,
    OPEN_ROTATION_STATES,
    STATUS_STEPS,
    TASK_STEPS,
    ContactAct,
    HandoverState,
    Level,
    RotationState,
    Sight,
    Status,
    Step,
    TaskState,
)
from lodesk.border.context import remembered

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

    from accounts.models import User

FEW = 50  # dossiers under mandate that are named one by one
SUFFIX = "_dossier"  # guardian's code names: view_dossier, contribute_dossier ...
Rows = TypeVar("Rows", bound=QuerySet[Any])


@dataclass(frozen=True)
class Decision:
    """True or false, with the sentence the person may read."""

    allowed: bool
    reason: "StrOrPromise" = ""

    def __bool__(self) -> bool:
        return self.allowed


YES = Decision(allowed=True)


def no(reason: "StrOrPromise") -> Decision:
    """A refusal that explains itself."""
    return Decision(allowed=False, reason=reason)


@dataclass(frozen=True)
class Principals:
    """In whose name a person holds grants now: the own, and the groups of valid postings."""

    person: int
    groups: tuple[int, ...]
    roles: frozenset[tuple[str, str]]  # (role, country)

    def as_numbers(self) -> list[int]:
        """Groups as positive, the person as a negative number; nothing without a posting."""
        return [*self.groups, -self.person] if self.groups else []


class HasOwner(Protocol):
    """What policy needs to know of a dossier."""

    pk: Any
    owner: str
    status: str
    confined: bool
    handler_id: int | None


def principals(user: "User") -> Principals:
    """Principals from the postings valid now; empty for closed accounts."""
    return remembered(("principals", user.pk), lambda: _principals(user))


def _principals(user: "User") -> Principals:
    if not user.is_active:  # nor is anybody who has not signed in
        return Principals(person=0, groups=(), roles=frozenset())
    rows = list(
        Posting.objects.valid_now()
        .filter(person_id=user.pk)
        .values_list("group_id", "role", "country")
    )
    return Principals(
        person=user.pk,
        groups=tuple(sorted({group for group, _role, _country in rows if group})),
        roles=frozenset((role, country) for _group, role, country in rows),
    )


def serves(user: "User", role: Role, country: str) -> bool:
    """Whether the person holds this role for this country now."""
    return (role.value, country) in principals(user).roles


def heads(user: "User") -> frozenset[int]:
    """The desks at which a person leads the team of the own country now."""
    return remembered(("heads", user.pk), lambda: _heads(user))


def _heads(user: "User") -> frozenset[int]:
    if (Role.HEAD_OF_DESK.value, user.country) not in principals(user).roles:
        return frozenset()
    led = Posting.objects.valid_now().filter(person_id=user.pk, role=Role.HEAD_OF_DESK)
    return frozenset(led.filter(desk__isnull=False).values_list("desk_id", flat=True))


TODAY = TruncDate(TransactionNow(), tzinfo=UTC)  # current_date of PostgreSQL, which runs in UTC


def certified(user: "User", rules_of: str) -> bool:
    """Whether the person may take dossiers of a country (product.md section 4, certificate)."""
    if user.country == rules_of:
        return True
    valid = Certificate.objects.filter(
        person_id=user.pk,
        rules_of=rules_of,
        issued_on__lte=TODAY,
        valid_until__gte=TODAY,
    )
    return valid.exists()


# Which rows -------------------------------------------------------------------------------


def visible(dossiers: Rows, user: "User") -> Rows:
    """Only the dossiers this person may read now. No posting, no owner: nothing."""
    mine = principals(user)
    numbers = mine.as_numbers()
    if not numbers:
        return dossiers.none()
    own = Q(owner=user.country)
    under = _under_mandate(dossiers.model, user)
    return dossiers.filter(own | under if under else own, readers__overlap=numbers)


def owners_in_sight(user: "User", model: Any) -> tuple[str, ...]:
    """Countries whose dossiers a person may see: the own, and all while a mandate is held."""
    crosses = bool(_mandates_held(model, user))
    return tuple(Country.values) if crosses else (user.country,)


def _under_mandate(model: Any, user: "User") -> Q | None:
    """Condition of the dossiers of other countries that a person sees under mandates valid now.

    Few people hold mandates, and those hold few: their dossiers are asked for once and then named,
    which makes the question that every list asks half as long (docs/decisions/0006).
    """
    held = _mandates_held(model, user)
    if not held:
        return None
    keys = remembered(("under mandate", user.pk), lambda: _few_under(model, user, held))
    if keys is not None:
        return Q(pk__in=keys)
    people, teams = _view_grants(model, user, held)
    here = {"content_object": OuterRef("pk")}
    return Q(Exists(people.filter(**here)) | Exists(teams.filter(**here)))


def _few_under(model: Any, user: "User", held: list[Any]) -> list[Any] | None:
    people, teams = (
        grants.values_list("content_object") for grants in _view_grants(model, user, held)
    )
    found = [key for (key,) in people.union(teams)[: FEW + 1]]
    return found if len(found) <= FEW else None


def _view_grants(model: Any, user: "User", held: list[Any]) -> tuple[Any, Any]:
    """Rows that let a person see something under these mandates, by name and through groups."""
    mine = principals(user)
    people, teams = _grants(model)
    view = {"permission__codename": Level.VIEW + SUFFIX, "mandate__in": held}
    return (
        people.filter(user_id=mine.person, **view),
        teams.filter(group_id__in=mine.groups, **view),
    )


def _mandates_held(model: Any, user: "User") -> list[Any]:
    """Keys of the mandates valid now for this person, asked once."""
    return remembered(("mandates", user.pk), lambda: _held_now(model, user))


def _held_now(model: Any, user: "User") -> list[Any]:
    mine = principals(user)
    if not mine.groups:
        return []
    people, _teams = _grants(model)
    mandates = people.model._meta.get_field("mandate").related_model._default_manager
    valid = mandates.filter(
        Q(receiver_person_id=mine.person) | Q(receiver_group_id__in=mine.groups),
        state="given",
        starts_at__lte=TransactionNow(),
        ends_at__gt=TransactionNow(),
    )
    return list(valid.values_list("pk", flat=True))


def with_both_ends(links: Rows, in_sight: QuerySet[Any]) -> Rows:
    """Only the links of which both ends are among the dossiers in sight."""
    return links.filter(source__in=in_sight, target__in=in_sight)


def projects(rows: Rows, user: "User") -> Rows:
    """Only the projects that name this person as a member now. No posting: nothing."""
    mine = principals(user)
    if not mine.groups:
        return rows.none()
    return rows.filter(members__person_id=mine.person, members__ended_at__isnull=True)


def templates(rows: Rows, user: "User") -> Rows:
    """Only the templates of the own country. No posting: nothing."""
    if not principals(user).groups:
        return rows.none()
    return rows.filter(owner=user.country)


def saved_views(rows: Rows, user: "User") -> Rows:
    """Only the own saved views. No posting: nothing."""
    if not principals(user).groups:
        return rows.none()
    return rows.filter(person_id=user.pk)


def rotations(rows: Rows, user: "User") -> Rows:
    """Only the rotations a person follows, and those that offered him something."""
    mine = principals(user)
    if not mine.groups:
        return rows.none()
    lines = rows.model._meta.get_field("lines").related_model._default_manager
    offered = lines.filter(receiver=mine.person, handover__isnull=False)
    return rows.filter(_follows(user) | Q(pk__in=offered.values("rotation")))


def rotation_lines(rows: Rows, user: "User") -> Rows:
    """Only the lines of rotations a person follows, and those that were offered to him.

    Whether their dossiers are in sight asks the caller.
    """
    mine = principals(user)
    if not mine.groups:
        return rows.none()
    offered = Q(receiver=mine.person, handover__isnull=False)
    return rows.filter(_follows(user, "rotation__") | offered)


def _follows(user: "User", of: str = "") -> Q:
    """Rotations of one's own, of the desk one heads, and as headquarters of the own country."""
    found, own = Q(**{f"{of}leaver": user.pk}), Q(**{f"{of}country": user.country})
    headed = heads(user)
    if headed:
        found |= own & Q(**{f"{of}desk__in": headed})
    if _at_headquarters(user):
        found |= own
    return found


def _at_headquarters(user: "User") -> bool:
    return any(serves(user, role, user.country) for role in HEADQUARTERS_ROLES)


def stand_ins(rows: Rows, user: "User", in_sight: QuerySet[Any]) -> Rows:
    """Only the stand-ins that concern a person, and of these none for a dossier out of sight."""
    mine = principals(user)
    if not mine.groups:
        return rows.none()
    concern = Q(absent=mine.person) | Q(stand_in=mine.person) | Q(acting=mine.person)
    if _at_headquarters(user):
        concern |= Q(country=user.country)
    concern |= Q(country=user.country, desk__in=heads(user))
    return rows.filter(concern, Q(dossier__isnull=True) | Q(dossier__in=in_sight))


def contacts(rows: Rows, user: "User") -> Rows:
    """Only the versions of contacts that are for this person. No posting: nothing.

    Of the own country those of the own desks, and for headquarters of all; what somebody keeps for
    himself only to him and to the coordinators. Of other countries what is for the whole desk.
    """
    if not principals(user).groups:
        return rows.none()
    places = _places_of(user)
    desks = [desk for desk in places if desk is not None]
    own = Q(owner=user.country)
    if None not in places:
        own &= Q(desk__in=desks)
    if not serves(user, Role.COORDINATOR, user.country):
        own &= ~Q(visibility=Sight.MINE) | Q(keeper_id=user.pk)
    return rows.filter(own | Q(visibility=Sight.DESK, desk__in=desks))


def templates_to_open_with(rows: Rows, user: "User", standing: Iterable[Any]) -> Rows:
    """Those in use of the own country, and of each country one may open for, of those kinds.

    `standing`: the standing mandates the person holds now. Without the certificate in a country's
    rules one opens nothing for it, and has no use for its words.
    """
    if not principals(user).groups:
        return rows.none()
    found, held = Q(owner=user.country), list(standing)
    owners = {owner for owner in {each.owner for each in held} if certified(user, owner)}
    for mandate in held:
        if mandate.owner in owners:
            kinds = Q(kind__in=mandate.kinds) if mandate.kinds else Q()
            found |= Q(owner=mandate.owner) & kinds
    return rows.filter(found, ended_at__isnull=True)


def levels(user: "User", dossier: HasOwner) -> frozenset[str]:
    """The levels a person holds on a dossier now, directly or through a group."""
    return remembered(("levels", user.pk, dossier.pk), lambda: _levels(user, dossier))


def _levels(user: "User", dossier: HasOwner) -> frozenset[str]:
    mine = principals(user)
    if not mine.groups:
        return frozenset()
    here = Q(content_object=dossier.pk)
    if dossier.owner != user.country:
        here &= _mandate_valid(mine)
    users, groups = _grants(type(dossier))
    of_person = users.filter(here, user_id=mine.person)
    of_group = groups.filter(here, group_id__in=mine.groups)
    names = of_person.values_list("permission__codename").union(
        of_group.values_list("permission__codename")
    )
    return frozenset(name.removesuffix(SUFFIX) for (name,) in names)


def in_force(dossier: HasOwner, level: Level) -> tuple[list[tuple[int, int | None]], list[int]]:
    """Who holds a level of a dossier now: people by number, each with the group whose mandate it
    rests on, if it rests on one; and groups. A grant whose mandate the reader may not read is left
    out: whether it still stands cannot be told.
    """
    people, teams = _grants(type(dossier))
    stands = Q(mandate__isnull=True) | Q(
        mandate__state="given",
        mandate__starts_at__lte=TransactionNow(),
        mandate__ends_at__gt=TransactionNow(),
    )
    here = {"content_object": dossier.pk, "permission__codename": level + SUFFIX}
    named = people.filter(stands, **here).values_list("user_id", "mandate__receiver_group_id")
    return list(named), list(teams.filter(stands, **here).values_list("group_id", flat=True))


def mandate_number(user: "User", dossier: HasOwner) -> str:
    """Number of the mandate under which a person acts on another country's dossier now."""
    if dossier.owner == user.country:
        return ""
    return remembered(("mandate", user.pk, dossier.pk), lambda: _mandate_number(user, dossier))


def _mandate_number(user: "User", dossier: HasOwner) -> str:
    mine = principals(user)
    users, groups = _grants(type(dossier))
    here = _mandate_valid(mine) & Q(content_object=dossier.pk)
    own = users.filter(here, user_id=mine.person).values_list("mandate__number")
    through_group = groups.filter(here, group_id__in=mine.groups).values_list("mandate__number")
    numbers = sorted(number for (number,) in own.union(through_group))
    return numbers[0] if numbers else ""


def acts_for(user: "User", dossier: HasOwner) -> Any:
    """Public key of the person in whose place somebody acts on a dossier now; None for nobody."""
    if dossier.handler_id == user.pk or Level.HANDLE not in levels(user, dossier):
        return None
    return remembered(("acts for", user.pk, dossier.pk), lambda: _acts_for(user, dossier))


def _acts_for(user: "User", dossier: HasOwner) -> Any:
    people, _teams = _grants(type(dossier))
    held = people.filter(content_object=dossier.pk, user_id=user.pk, standin__isnull=False)
    return held.values_list("standin__absent__public_id", flat=True).first()


def _grants(model: Any) -> tuple[Any, Any]:
    """guardian's rows for people and for groups; it finds the direct-foreign-key tables."""
    users, groups = get_user_obj_perms_model(model), get_group_obj_perms_model(model)
    return users._default_manager, groups._default_manager


def _mandate_valid(mine: Principals) -> Q:
    return Q(
        Q(mandate__receiver_person_id=mine.person) | Q(mandate__receiver_group_id__in=mine.groups),
        mandate__state="given",
        mandate__starts_at__lte=TransactionNow(),
        mandate__ends_at__gt=TransactionNow(),
    )


# May this person do this ------------------------------------------------------------------

NOT_YOURS = _("Only the handling officer and the owner's headquarters can do this.")
NEEDS = {
    Step.VIEW: ({Level.VIEW}, _("You may not read this dossier.")),
    Step.CONTRIBUTE: ({Level.CONTRIBUTE}, _("You may read this dossier, not add to it.")),
    Step.INSTRUCT: (
        {Level.OVERSEE},
        _("Only headquarters of the owner country gives instructions."),
    ),
    Step.CHANGE: ({Level.HANDLE, Level.OVERSEE}, NOT_YOURS),
    Step.OFFER: ({Level.HANDLE, Level.OVERSEE}, NOT_YOURS),
    **{step: ({Level.HANDLE, Level.OVERSEE}, NOT_YOURS) for step in STATUS_STEPS},
    Step.EXPORT: ({Level.VIEW}, _("You may not read this dossier.")),
    Step.EXPORT_TO_OTHERS: ({Level.HANDLE, Level.OVERSEE}, NOT_YOURS),
}
WHILE_CLOSED = (Step.VIEW, Step.EXPORT, Step.EXPORT_TO_OTHERS)


def may(user: "User", step: Step, target: Any) -> Decision:
    """Whether a person may take a step on a dossier or on a paper of one, and if not, why."""
    if step in NEEDS:
        return _may_on_dossier(user, step, target)
    if step == Step.WITHDRAW_DOCUMENT:
        return _may_withdraw(user, target)
    if (HandoverState.OFFERED, step) in HANDOVER_STEPS:
        return _may_on_handover(user, step, target)
    if step in IN_THE_TEAM:
        return _may_move_at_once(user, step, target)
    if (TaskState.OPEN, step) in TASK_STEPS:
        return _may_on_task(user, step, target)
    return _may_on_mandate(user, step, target)


def require(user: "User", step: Step, target: Any) -> None:
    """Raise PermissionDenied with the reason when `may` says no; the page answers 403."""
    decision = may(user, step, target)
    if not decision:
        raise PermissionDenied(decision.reason)


def _may_on_dossier(user: "User", step: Step, dossier: HasOwner) -> Decision:
    wanted, reason = NEEDS[step]
    if not wanted & levels(user, dossier):
        return no(reason)
    if step in WHILE_CLOSED:
        return YES
    if step in STATUS_STEPS:
        return _may_change_status(user, step, dossier)
    if dossier.status == Status.CLOSED:
        return no(_("The dossier is closed."))
    return YES


def _may_change_status(user: "User", step: Step, dossier: HasOwner) -> Decision:
    if (dossier.status, step) not in DOSSIER_STEPS:
        return no(_("This step is not possible from the present status."))
    if step == Step.CLOSE and not serves(user, Role.COORDINATOR, dossier.owner):
        return no(_("Only a coordinator of the owner's headquarters closes a dossier."))
    return YES


def must_say_why(user: "User", dossier: HasOwner) -> bool:
    """Whether a person does not work on a dossier and so gives a reason to open its documents."""
    return Level.CONTRIBUTE not in levels(user, dossier)


# Which handling code keeps a dossier out of which use (domain.md 4.2).
KEPT_BACK = {"evidence": "H1", "pass_on": "H2"}


def may_export(user: "User", dossier: Any, *, use: str, consent: str) -> Decision:
    """Whether a person may have a dossier printed or packed for this use, and if not, why.

    `consent` says who consented to a use that a handling code of the dossier forbids: for the
    owner's headquarters to say, nobody else.
    """
    step = Step.EXPORT if use == "work" else Step.EXPORT_TO_OTHERS
    may_it = may(user, step, dossier)
    if not may_it:
        return may_it
    if consent and Level.OVERSEE not in levels(user, dossier):
        return no(_("Only the owner's headquarters says that the provider has consented."))
    code = KEPT_BACK.get(use)
    if code in dossier.handling_codes and not consent:
        words = {"code": code, "owner": dossier.owner}
        return no(_("%(code)s: not without the consent of %(owner)s.") % words)
    return YES


def _may_withdraw(user: "User", document: Any) -> Decision:
    held = levels(user, document.dossier)
    if document.withdrawn_at is not None:
        return no(_("This document is withdrawn already."))
    if document.dossier.status == Status.CLOSED:
        return no(_("The dossier is closed."))
    added_it = document.added_by_id == user.pk and Level.CONTRIBUTE in held
    if added_it or held & {Level.HANDLE, Level.OVERSEE}:
        return YES
    return no(
        _("Only who added it, the handling officer and the owner's headquarters withdraw it.")
    )


def may_settle(user: "User", clock: Any, dossier: HasOwner) -> Decision:
    """Whether a person may say of a clock that it is done.

    On a closed dossier only the review is left, and the owner's headquarters settles it.
    """
    if clock.settled_at is not None:
        return no(_("This clock is settled already."))
    if dossier.status != Status.CLOSED:
        return may(user, Step.CONTRIBUTE, dossier)
    if clock.kind == "review" and Level.OVERSEE in levels(user, dossier):
        return YES
    return no(_("Only the owner's headquarters settles the review of a closed dossier."))


def is_addressee(user: "User", handover: Any) -> bool:
    """Whether an offer is made to this person, by name or through the team."""
    mine = principals(user)
    by_name = handover.to_person_id == user.pk and bool(mine.groups)
    return by_name or handover.to_group_id in mine.groups


def _may_on_handover(user: "User", step: Step, handover: Any) -> Decision:
    if (handover.state, step) not in HANDOVER_STEPS:
        return no(_("This offer has been answered, withdrawn or has expired."))
    if handover.answer_by <= timezone.now():
        return no(_("The time to answer this offer has passed."))
    if step == Step.WITHDRAW:
        oversees = Level.OVERSEE in levels(user, handover.dossier)
        sees = Level.VIEW in levels(user, handover.dossier)
        gave = handover.giver_id == user.pk and sees
        return YES if gave or oversees else no(_("Only the giver can withdraw an offer."))
    if not is_addressee(user, handover):
        return no(_("This offer is made to somebody else."))
    return _may_accept(user, handover) if step == Step.ACCEPT else YES


def _may_accept(user: "User", handover: Any) -> Decision:
    owner = handover.dossier.owner
    if not certified(user, owner):
        return no(
            _("You need a valid certificate of training in the rules of %(country)s.")
            % {"country": owner}
        )
    if user.country != owner and Level.VIEW not in levels(user, handover.dossier):
        return no(_("The mandate for this dossier is not valid now."))
    return YES


# Without an offer, within the owner's team at the desk: in which role ('' is any), and why not.
IN_THE_TEAM = {
    Step.TAKE: ("", _("Only the owner's team at the desk takes a dossier from the queue.")),
    Step.REASSIGN: (
        Role.HEAD_OF_DESK.value,
        _("Only the owner's head of desk gives a dossier to somebody else without an offer."),
    ),
}


def _may_move_at_once(user: "User", step: Step, dossier: Any) -> Decision:
    role, reason = IN_THE_TEAM[step]
    if dossier.confined:
        return no(_("A confined dossier is offered: the team does not know of it."))
    if not _in_the_team(user, dossier, role=role):
        return no(reason)
    if dossier.status == Status.CLOSED:
        return no(_("The dossier is closed."))
    if step == Step.TAKE and dossier.handler_id is not None:
        return no(_("%(who)s handles it already.") % {"who": dossier.handler})
    return YES


def _in_the_team(user: "User", dossier: Any, *, role: str) -> bool:
    """Whether a person works now in the owner's team at the desk, which may add to the dossier."""
    if role and (role, dossier.owner) not in principals(user).roles:
        return False
    key = ("in the team", user.pk, dossier.pk, role)
    return remembered(key, lambda: _posted_in_the_team(user, dossier, role))


def _posted_in_the_team(user: "User", dossier: Any, role: str) -> bool:
    _people, teams = _grants(type(dossier))
    able = teams.filter(
        content_object=dossier.pk, permission__codename=Level.CONTRIBUTE + SUFFIX
    ).values("group_id")
    places = Posting.objects.valid_now().filter(
        person_id=principals(user).person,
        country=dossier.owner,
        desk_id=dossier.desk_id,
        group_id__in=able,
    )
    return (places.filter(role=role) if role else places).exists()


def _may_on_mandate(user: "User", step: Step, mandate: Any) -> Decision:
    if not serves(user, Role.COORDINATOR, mandate.owner):
        return no(_("Only a coordinator of the owner country decides on a mandate."))
    if (mandate.state, step) not in MANDATE_STEPS:
        return no(_("This mandate has been decided or has ended."))
    if step != Step.END_MANDATE and mandate.asked_by_id == user.pk:
        return no(_("Who asks for a mandate does not give it."))
    return YES


def _may_on_task(user: "User", step: Step, task: Any) -> Decision:
    if (task.state, step) not in TASK_STEPS:
        return no(_("This task is finished."))
    return _may_on_dossier(user, Step.CONTRIBUTE, task.dossier)


# Links, projects, templates ---------------------------------------------------------------


def may_link(user: "User", source: HasOwner, target: HasOwner) -> Decision:
    """Whether a person may link a dossier to another: contributing to both.

    What is linked to may be closed: a follow-up is opened when the first matter is done.
    """
    here = may(user, Step.CONTRIBUTE, source)
    if here and Level.CONTRIBUTE not in levels(user, target):
        return no(_("You may read the other dossier, not link it."))
    return here


def may_unlink(user: "User", source: HasOwner, target: HasOwner) -> Decision:
    """Whether a person may remove a link: contributing to both ends, closed or not."""
    both = levels(user, source) & levels(user, target)
    if Level.CONTRIBUTE not in both:
        return no(_("Only who may add to both dossiers removes their link."))
    return YES


LEADERS = (Role.HEAD_OF_DESK, Role.HEADQUARTERS_OFFICER, Role.COORDINATOR)


def may_lead(user: "User") -> Decision:
    """Whether a person may make a project, and name its members."""
    if any(serves(user, role, user.country) for role in LEADERS):
        return YES
    return no(
        _(
            "Only heads of desk, headquarters officers and coordinators make projects and name"
            " people."
        )
    )


def may_change_project(user: "User", project: Any) -> Decision:
    """Whether a person may rename or end a project of his, and name people in it."""
    if project.ended_at is not None:
        return no(_("This project has ended: nothing is added to it."))
    return may_lead(user)


def may_put_in(user: "User", dossier: HasOwner) -> Decision:
    """Whether a person may put a dossier into a project of his, and take it out."""
    return YES if {Level.HANDLE, Level.OVERSEE} & levels(user, dossier) else no(NOT_YOURS)


def may_keep_views(user: "User") -> Decision:
    """Whether a person keeps views of the list: who reads dossiers at all."""
    if principals(user).groups:
        return YES
    return no(_("Without a posting at a desk or headquarters there is nothing to view."))


ROSTER_ROLES = (Role.HEAD_OF_DESK, Role.COORDINATOR)


def rosters(user: "User") -> frozenset[int]:
    """Groups whose duty roster a person keeps: as head of desk of a team, as coordinator."""
    return remembered(("rosters", user.pk), lambda: _rosters(user))


def _rosters(user: "User") -> frozenset[int]:
    if not user.is_active:
        return frozenset()
    rows = Posting.objects.valid_now().filter(person_id=user.pk, role__in=ROSTER_ROLES)
    return frozenset(group for group in rows.values_list("group_id", flat=True) if group)


def may_keep_roster(user: "User", group: int | None = None) -> Decision:
    """Whether a person puts people on duty: in this group, or in any."""
    kept = rosters(user)
    if group in kept or (group is None and kept):
        return YES
    return no(_("Heads of desk keep the roster of their team, coordinators that of headquarters."))


def may_keep_templates(user: "User") -> Decision:
    """Whether a person keeps the templates of the own country."""
    if serves(user, Role.COORDINATOR, user.country):
        return YES
    return no(_("Only a coordinator keeps the templates of a country."))


# Rotations --------------------------------------------------------------------------------


NOT_TO_STEER = _("Only who leaves and the own head of desk plan and offer a rotation.")


class HasLeaver(Protocol):
    """What policy needs to know of a rotation."""

    leaver_id: int
    country: str
    desk_id: int
    state: str


def may_steer(user: "User", rotation: HasLeaver) -> Decision:
    """Whether a person begins, plans and offers a rotation, as long as it is open."""
    if rotation.state not in OPEN_ROTATION_STATES:
        return no(_("This rotation has ended."))
    if _steers(user, rotation):
        return YES
    return no(NOT_TO_STEER)


def _steers(user: "User", rotation: HasLeaver) -> bool:
    leaves = rotation.leaver_id == user.pk and bool(principals(user).groups)
    return leaves or (rotation.country == user.country and rotation.desk_id in heads(user))


def follows(user: "User", rotation: HasLeaver) -> bool:
    """Whether a person sees the plan of a rotation: who steers it, and the own headquarters."""
    oversees = rotation.country == user.country and _at_headquarters(user)
    return oversees or _steers(user, rotation)


def may_certify(user: "User", rotation: HasLeaver) -> Decision:
    """Whether a person has the certificate of a rotation: who follows it, once it is done."""
    if not follows(user, rotation):
        return no(_("The certificate is for who leaves, the head of desk and headquarters."))
    if rotation.state != RotationState.DONE:
        return no(_("The certificate is made when the rotation is finished."))
    return YES


def may_offer_in(user: "User", rotation: HasLeaver, dossier: Any) -> Decision:
    """Whether a person offers a dossier in sight within a rotation: what its leaver handles.

    The grants of two hundred are not asked one by one: who handles a dossier holds it, and the
    head of desk contributes to those of the team, none of them confined. PostgreSQL asks them.
    """
    steers = may_steer(user, rotation)
    if not steers:
        return steers
    kept_from_team = dossier.confined and user.pk != rotation.leaver_id
    if dossier.handler_id != rotation.leaver_id or kept_from_team:
        return no(_("Who leaves does not handle it any more."))
    if dossier.status == Status.CLOSED:
        return no(_("The dossier is closed."))
    return YES


# Absences and stand-ins -------------------------------------------------------------------


def may_be_absent(user: "User") -> Decision:
    """Whether a person keeps absences: who has a posting."""
    if principals(user).roles:
        return YES
    return no(_("Without a posting there is nothing to be absent from."))


def may_enter_absence(user: "User", person: Any, desks: Iterable[int]) -> Decision:
    """Whether a person enters and takes back absences of somebody who works at these desks."""
    if person.pk == user.pk:
        return may_be_absent(user)
    if person.country == user.country and heads(user) & frozenset(desks):
        return YES
    return no(_("Absences are entered by who is absent, and by the head of the own team."))


def may_arrange(user: "User", absent: Any, desk_id: int) -> Decision:
    """Whether a person says who stands in for somebody at a desk, and ends it."""
    for_oneself = absent.pk == user.pk and bool(principals(user).groups)
    if for_oneself or (absent.country == user.country and desk_id in heads(user)):
        return YES
    return no(_("Who stands in is said by who is absent, and by the head of the own team."))


# Contacts ---------------------------------------------------------------------------------

NOT_THE_TEAM = _("Contacts of a desk are kept by the team of their country there.")


class IsContact(Protocol):
    """What policy needs to know of a contact."""

    owner: str
    desk_id: int
    keeper_id: int
    visibility: str
    act: str


def keepers(owner: str, desk_id: int) -> int | None:
    """The group whose people keep a country's contacts at a desk: its team there, or its
    headquarters where it has none.
    """
    return remembered(("keepers", owner, desk_id), lambda: _keepers(owner, desk_id))


def _keepers(owner: str, desk_id: int) -> int | None:
    here = NationalGroup.objects.filter(Q(desk=desk_id) | Q(desk__isnull=True), country=owner)
    team_first = here.order_by(F("desk").asc(nulls_last=True))
    return team_first.values_list("group", flat=True).first()


def keeps_contacts(user: "User", owner: str, desk_id: int) -> bool:
    """Whether a person keeps contacts of a country at a desk now."""
    return keepers(owner, desk_id) in principals(user).groups


def may_keep_contacts(user: "User", desk_id: int) -> Decision:
    """Whether a person may add contacts of the own country at a desk."""
    return YES if keeps_contacts(user, user.country, desk_id) else no(NOT_THE_TEAM)


def is_kept(contact: IsContact) -> bool:
    """Whether who keeps a contact is still one of those who keep such contacts."""
    here = DirectoryEntry.objects.filter(group=keepers(contact.owner, contact.desk_id))
    return here.filter(person=contact.keeper_id).exists()


def may_change_contact(user: "User", contact: IsContact) -> Decision:
    """Whether a person may change or retire a contact he sees."""
    if contact.act == ContactAct.RETIRED:
        return no(_("This contact is retired."))
    if not keeps_contacts(user, contact.owner, contact.desk_id):
        return no(NOT_THE_TEAM)
    if contact.visibility == Sight.MINE and contact.keeper_id != user.pk:
        return no(_("Only who keeps this contact changes it."))
    return YES


def may_say_who_sees(user: "User", contact: IsContact) -> Decision:
    """Whether a person may show a contact to more or to fewer people."""
    if contact.keeper_id != user.pk:
        return no(_("Only who keeps a contact says who sees it."))
    return may_change_contact(user, contact)


def may_give_contact(user: "User", contact: IsContact, *, to: int | None = None) -> Decision:
    """Whether a person may give a contact he sees to somebody to keep: to one by number, or at all.

    Who keeps it may; and of one that nobody keeps any more a coordinator, and for himself everybody
    who keeps contacts there.
    """
    if contact.act == ContactAct.RETIRED:
        return no(_("This contact is retired."))
    if contact.keeper_id == user.pk:
        return YES
    if is_kept(contact):
        return no(_("Only who keeps this contact hands it over."))
    if serves(user, Role.COORDINATOR, contact.owner):
        return YES
    if to == user.pk and keeps_contacts(user, contact.owner, contact.desk_id):
        return YES
    return no(_("Only a coordinator gives a contact that nobody keeps to somebody else."))


# Opening ----------------------------------------------------------------------------------


def may_open(user: "User", *, owner: str, desk_id: int, standing: bool) -> Decision:
    """Whether a person may open a dossier of this owner at this desk.

    `standing` says that a standing mandate of the owner covers person, desk and kind now.
    """
    mine = principals(user)
    if not mine.groups:
        return no(_("Without a posting you cannot open a dossier."))
    if standing:
        return YES
    if owner != user.country:
        return no(_("Only a standing mandate of the owner country allows that."))
    places = _places_of(user)
    if None in places or desk_id in places:
        return YES
    return no(_("You have no posting at this desk."))


def _places_of(user: "User") -> frozenset[int | None]:
    """Desks where a person works on dossiers now; None stands for headquarters."""
    return remembered(("places", user.pk), lambda: _places(user))


def _places(user: "User") -> frozenset[int | None]:
    rows = Posting.objects.valid_now().filter(person_id=user.pk, group__isnull=False)
    return frozenset(rows.values_list("desk_id", flat=True))
