"""What an alert says: each event of the rooms above brings its words.

`register("handover.offered", offered)`, where `offered(alert, zones)` returns a Wording and is
called with the reader's language and time zone active.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from accounts.zones import Zones
from lodesk.alerts.models import Alert


@dataclass(frozen=True)
class Fact:
    """A label and its value, already in words: "Answer by", "Tue 24 Nov, 08:00 (Bogotá)"."""

    label: str
    value: str


@dataclass(frozen=True)
class Wording:
    """One event in one reader's words. No case content: no title, no name, ever."""

    headline: str  # "Offered to you"
    subject: str  # "offered to you, answer by Tue 08:00"
    because: str  # "You get this because the dossier is offered to you by name."
    facts: Sequence[Fact] = ()


Words = Callable[[Alert, Zones], Wording]
_events: dict[str, Words] = {}


def register(event: str, words: Words) -> None:
    """Teach this room an event; called when the apps are ready."""
    _events[event] = words


def is_registered(event: str) -> bool:
    """Whether anybody has words for this event."""
    return event in _events


def wording_of(alert: Alert, zones: Zones) -> Wording:
    """The words for an alert. Of ended access nothing is said but that it ended."""
    words = _events.get(alert.event, _without_words)
    found = words(alert, zones)
    if alert.survives_access:
        return Wording(found.headline, found.subject, found.because)
    return found


def _without_words(_alert: Alert, _zones: Zones) -> Wording:
    """For an event that a later version no longer knows: the alert is still worth a look."""
    return Wording(
        headline=gettext("Something changed"),
        subject=gettext("something changed"),
        because=gettext("You get this because you work on this dossier."),
    )
