"""What the frame of a page shows: where one is, what time it is there and at home, the rail.

Plain data. The context processor that fills it lives above, where people and desks are known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Zone:
    """A place and its time zone, as named on a page: "Brussels"."""

    label: str
    tz: ZoneInfo
    now: datetime


@dataclass(frozen=True)
class NavItem:
    """A line of the rail. An empty count shows none."""

    slug: str
    label: str
    url: str
    count: str = ""
    current: bool = False


@dataclass(frozen=True)
class Language:
    """A language one may choose: code "nl", name "NL", label "Nederlands"."""

    code: str
    label: str
    name: str


@dataclass(frozen=True)
class Frame:
    """The frame of a page for one reader (look.md, "Frame")."""

    place: str
    short_place: str
    here: Zone
    home: Zone
    language: str
    languages: Sequence[Language]
    nav: Sequence[NavItem] = ()
    unread: int = 0
    person_label: str = ""
    may_open: bool = False
    demo: bool = False
