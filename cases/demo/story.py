"""The demo's dossiers: told in the past where nothing acts, and acted where people act."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Desk, User
from cases.clocks import Kind, SettledAs
from cases.demo import acts, contacts, papers, parties, work
from cases.demo.dossiers import DOSSIERS, Told
from cases.demo.entries import BY_DOSSIER, Written
from cases.models import Clock, ClockInterval, Dossier, Entry, ReferenceCounter, Translation
from cases.models.entries import EntryKind
from cases.services import clocks, grants

# Where the numbering stands, so that references look like those of a desk that has worked.
COUNTERS = {("BE", "BOG"): 41, ("NL", "BOG"): 103, ("LU", "BOG"): 8, ("BE", "BSB"): 16}
LEGAL_BASIS = "Benelux police treaty 2018, art. 28"


@dataclass
class Story:
    """What has been told so far."""

    users: Mapping[str, User]
    now: datetime = field(default_factory=timezone.now)
    dossiers: dict[str, Dossier] = field(default_factory=dict)


def tell(users: Mapping[str, User]) -> int:
    """Write the dossiers, then let people hand some over. Returns how many dossiers there are."""
    story = Story(users)
    with transaction.atomic():
        _start_counting(story.now.year)
        for told in DOSSIERS:
            story.dossiers[told.key] = _write(told, story)
    papers.add(story.users, story.dossiers)
    parties.play(story.users, story.dossiers)
    acts.play(story.users, story.dossiers)
    work.play(story.users, story.dossiers)
    contacts.play(story.users)
    return len(story.dossiers)


def _start_counting(year: int) -> None:
    for (owner, code), last in COUNTERS.items():
        ReferenceCounter.objects.create(
            kind="dossier", owner=owner, desk=Desk.objects.get(code=code), year=year, last=last
        )


def _write(told: Told, story: Story) -> Dossier:
    opened = story.now - timedelta(hours=told.opened_hours_ago)
    opener = story.users[told.opener]
    dossier = Dossier.objects.create(
        owner=told.owner,
        desk=Desk.objects.get(code=told.desk),
        handler=story.users[told.handler] if told.handler else None,
        opened_by=opener,
        opened_at=opened,
        status_since=opened,
        received_at=opened,
        legal_basis=LEGAL_BASIS,
        **{name: value for name, value in told.fields.items() if name != "due_rule"},
    )
    dossier.refresh_from_db(fields=["reference", "year", "number"])
    for hours_ago, author, text in told.notes:
        Entry.objects.create(
            dossier=dossier,
            kind=EntryKind.NOTE,
            author=story.users[author],
            at=story.now - timedelta(hours=hours_ago),
            recorded_at=story.now - timedelta(hours=hours_ago),
            text=text,
            language=told.fields.get("language", "en"),
            handling_codes=told.fields.get("handling_codes", []),
        )
    for written in BY_DOSSIER.get(told.key, ()):
        _enter(written, dossier, story)
    grants.give_first(dossier)
    _start_clocks(told, dossier, story.now)
    dossier.refresh_from_db()
    return dossier


def _enter(written: Written, dossier: Dossier, story: Story) -> None:
    """An entry with its correction and its translation, each at its hour."""
    at = story.now - timedelta(hours=written.hours_ago)
    author = story.users[written.author]
    said = {"language": dossier.language} | written.said
    entry = Entry.objects.create(
        dossier=dossier, kind=written.kind, author=author, at=at, recorded_at=at,
        text=written.text, **said,
    )  # fmt: skip
    if written.corrected:
        hours_ago, text, what = written.corrected
        Entry.objects.create(
            dossier=dossier, kind=written.kind, author=author, at=at, text=text,
            recorded_at=story.now - timedelta(hours=hours_ago),
            replaces=entry, version=2, correction=what, **said,
        )  # fmt: skip
    if written.translated:
        language, text = written.translated
        Translation.objects.create(
            entry=entry, language=language, text=text, translator=author.name, author=author,
            at=at,
        )  # fmt: skip


def _start_clocks(told: Told, dossier: Dossier, now: datetime) -> None:
    """What is due, and in which intervals the clock for the answer stood still."""
    rule = told.fields.get("due_rule", "")
    due_at = _due(told, now) or clocks.term(dossier, rule, dossier.received_at)
    if due_at is not None:
        answer = _clock(dossier, Kind.ANSWER, rule, dossier.received_at, due_at)
        for kind, hours_ago, minutes, reason in told.pauses:
            start = now - timedelta(hours=hours_ago)
            ClockInterval.objects.create(
                clock=answer,
                kind=kind,
                starts_at=start,
                ends_at=start + timedelta(minutes=minutes) if minutes else None,
                started_by=dossier.handler,
                reason=reason,
            )
    for kind, rule, text, hours_ago, settled in told.clocks:
        start = now - timedelta(hours=hours_ago)
        due_at = clocks.term(dossier, rule, start) or now
        clock = _clock(dossier, kind, rule, start, due_at, text=text)
        if settled is not None:
            Clock.objects.filter(pk=clock.pk).update(
                settled_at=now - timedelta(hours=settled),
                settled_as=SettledAs.DONE,
                settled_by=dossier.handler,
            )


def _clock(
    dossier: Dossier, kind: str, rule: str, start: datetime, due_at: datetime, text: str = ""
) -> Clock:
    return Clock.objects.create(
        dossier=dossier,
        kind=kind,
        rule=rule,
        text=text,
        starts_at=start,
        term_at=due_at,
        started_by=dossier.handler or dossier.opened_by,
    )


def _due(told: Told, now: datetime) -> datetime | None:
    if told.due_in_minutes is None:
        return None
    due: datetime = now + timedelta(minutes=told.due_in_minutes)
    return due.replace(second=0, microsecond=0)
