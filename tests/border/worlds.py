"""Drawn worlds: postings, dossiers, mandates and grants around the present moment."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from accounts.models import NationalGroup, Posting, User
from cases.models import Dossier, Handover, Mandate
from cases.states import Sight
from tests.factories import (
    Cast,
    ContactFactory,
    DossierFactory,
    EntryFactory,
    HandoverFactory,
    LinkFactory,
    MandateFactory,
    TaskFactory,
    grant,
    newer,
    project_of,
)
from tests.looking import as_owner

# Moments around now, as PostgreSQL counts them: a microsecond before, now itself, one after.
MOMENTS = st.sampled_from(
    [timedelta(days=-30), timedelta(hours=-1), timedelta(microseconds=-1), timedelta(0),
     timedelta(microseconds=1), timedelta(hours=1), timedelta(days=30)]
)  # fmt: skip
MOVED = ("belgian_officer", "belgian_head", "belgian_headquarters", "dutch_officer",
         "dutch_colleague", "dutch_coordinator", "luxembourg_headquarters")  # fmt: skip
HANDLERS = {
    "BE": ("belgian_officer", "belgian_colleague", "belgian_elsewhere", None),
    "NL": ("dutch_officer", "dutch_colleague", None),
    "LU": (None,),
}
RECEIVERS = ("dutch_officer", "dutch_colleague", "belgian_officer", "luxembourg_headquarters",
             "team NL", "team BE", "headquarters NL", "headquarters BE",
             "headquarters LU")  # fmt: skip


@dataclass(frozen=True)
class Span:
    """A beginning before an end; None: no end."""

    begins: timedelta
    ends: timedelta | None


@st.composite
def spans(draw: Any, *, endless: bool) -> Span:
    """Spans that touch now in every way."""
    first, second = draw(MOMENTS), draw(MOMENTS)
    if endless and draw(st.booleans()):
        return Span(first, None)
    if first == second:
        second = first + timedelta(days=60)
    return Span(min(first, second), max(first, second))


@dataclass(frozen=True)
class Permit:
    """A mandate that was valid when its grant was given, and what it is now."""

    receiver: str
    level: str
    state: str
    span: Span
    standing: bool
    grant: bool


@dataclass(frozen=True)
class Matter:
    """A dossier of one country, and what crosses the border with it."""

    owner: str
    desk: str
    handler: str | None
    confined: bool
    permits: tuple[Permit, ...]
    offered: bool


@dataclass(frozen=True)
class World:
    """Everything that is drawn."""

    postings: dict[str, Span]
    second: dict[str, tuple[str, Span]]  # one more posting: role and time
    closed: frozenset[str]
    matters: tuple[Matter, ...]


permits = st.builds(
    Permit,
    receiver=st.sampled_from(RECEIVERS),
    level=st.sampled_from(["view", "contribute", "handle"]),
    state=st.sampled_from(["given", "given", "given", "asked", "refused", "ended"]),
    span=spans(endless=False),
    standing=st.booleans(),
    grant=st.booleans(),
)


@st.composite
def matters(draw: Any) -> Matter:
    """Dossiers of the three countries at two desks."""
    owner = draw(st.sampled_from(["BE", "BE", "NL", "LU"]))
    return Matter(
        owner=owner,
        desk=draw(st.sampled_from(["BOG", "BSB"])),
        handler=draw(st.sampled_from(HANDLERS[owner])),
        confined=draw(st.booleans()),
        permits=tuple(draw(st.lists(permits, max_size=3))),
        offered=draw(st.booleans()),
    )


worlds = st.builds(
    World,
    postings=st.dictionaries(st.sampled_from(MOVED), spans(endless=True), max_size=4),
    second=st.dictionaries(
        st.sampled_from(MOVED),
        st.tuples(st.sampled_from(["officer", "coordinator", "auditor"]), spans(endless=True)),
        max_size=2,
    ),
    closed=st.frozensets(st.sampled_from(MOVED), max_size=1),
    matters=st.lists(matters(), min_size=1, max_size=3).map(tuple),
)


def build(world: World, cast: Cast) -> list[Dossier]:
    """Put the world into the tables; the rules about time were kept when it was arranged."""
    ((now,),) = as_owner("SELECT now()")
    made = [_matter(matter, cast, now) for matter in world.matters]
    for source, target in pairwise(made):
        LinkFactory(source=source, target=target)
    _contacts(cast)
    people = [cast.people[name] for name in MOVED]
    project_of(cast.belgian_coordinator, *people, dossiers=made)
    for name, span in world.postings.items():
        Posting.objects.filter(person=cast.people[name].pk).update(**_dates(span, now))
    for name, (role, span) in world.second.items():
        _post(cast, cast.people[name], role, span, now)
    User.objects.filter(pk__in=[cast.people[name].pk for name in world.closed]).update(
        is_active=False
    )
    return made


def _contacts(cast: Cast) -> None:
    """Of keepers of each country one of each sight, that was of the next sight before."""
    sights = Sight.values
    for keeper in ("belgian_officer", "dutch_colleague", "luxembourg_headquarters"):
        for sight, before in zip(sights, [*sights[1:], sights[0]], strict=True):
            first = ContactFactory(keeper=cast.people[keeper], visibility=before)
            newer(first, visibility=sight)


def _dates(span: Span, now: datetime) -> dict[str, datetime | None]:
    ends = now + span.ends if span.ends is not None else None
    return {"starts_at": now + span.begins, "ends_at": ends}


def _post(cast: Cast, user: User, role: str, span: Span, now: datetime) -> None:
    desk = "BOG" if role == "officer" and user.country != "LU" else ""
    if role == "officer" and not desk:
        role = "coordinator"
    Posting.objects.create(
        person_id=user.pk,
        country=user.country,
        role=role,
        desk=cast.desks[desk] if desk else None,
        group=None if role == "auditor" else cast.teams[user.country, desk],
        **_dates(span, now),
    )


def _matter(matter: Matter, cast: Cast, now: datetime) -> Dossier:
    handler = cast.people[matter.handler] if matter.handler else None
    dossier = DossierFactory(
        owner=matter.owner, desk=matter.desk, handler=handler, confined=matter.confined
    )
    EntryFactory(dossier=dossier)
    if handler is not None:
        TaskFactory(dossier=dossier)
    crossing = [each for each in matter.permits if _country(cast, each) != matter.owner]
    for permit in crossing:
        _permit(permit, dossier, cast, now)
    if matter.offered and matter.owner == "BE" and not Handover.objects.filter(dossier=dossier):
        HandoverFactory(dossier=dossier, to=cast.belgian_colleague)
    return dossier


def _receiver(cast: Cast, permit: Permit) -> User | NationalGroup:
    kind, _, country = permit.receiver.partition(" ")
    if kind == "team":
        return cast.team(country)
    if kind == "headquarters":
        return cast.headquarters(country)
    return cast.people[permit.receiver]


def _country(cast: Cast, permit: Permit) -> str:
    return _receiver(cast, permit).country


def _permit(permit: Permit, dossier: Dossier, cast: Cast, now: datetime) -> None:
    receiver = _receiver(cast, permit)
    place = {"owner": dossier.owner, "desk": dossier.desk} if permit.standing else {}
    mandate = MandateFactory(
        dossier=None if permit.standing else dossier, receiver=receiver, level=permit.level, **place
    )
    if permit.grant:
        level = permit.level
        if isinstance(receiver, NationalGroup) and level == "handle":
            level = "contribute"
        grant(dossier, receiver, level, mandate)
    # Triggers are off (see the test): what time did to it since.
    Mandate.objects.filter(pk=mandate.pk).update(state=permit.state, **_dates(permit.span, now))
