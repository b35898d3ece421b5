"""Small shapes that several pages share: what a component needs, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Choice:
    """One choice among links: a filter, a shortcut."""

    label: str
    url: str
    count: str = ""
    chosen: bool = False


@dataclass(frozen=True)
class FilterGroup:
    """Links of which one is chosen; the first is "All"."""

    label: str
    choices: Sequence[Choice]


@dataclass(frozen=True)
class SortLink:
    """The head of a column one can sort by; without a url it is only a head."""

    url: str = ""
    direction: str = ""  # "", "up" or "down"


@dataclass(frozen=True)
class Sorts:
    """The heads of a list of dossiers."""

    reference: SortLink
    due: SortLink
    status: SortLink
    handler: SortLink


@dataclass(frozen=True)
class Page:
    """One page of a long list."""

    rows: Sequence[Any]
    next_url: str = ""
    previous_url: str = ""
    count: str = ""
    further: str = ""  # "next" or "previous": not all was looked at, and that link looks on


@dataclass(frozen=True)
class ChosenFilter:
    """A filter that is set, and the list without it; no value is one that cannot be chosen."""

    label: str
    value: str
    url: str


@dataclass(frozen=True)
class Fact:
    """A label and a value."""

    label: str
    value: str
    url: str = ""


@dataclass(frozen=True)
class Act:
    """Something one may do here, or the sentence why not."""

    slug: str
    label: str
    url: str = ""
    allowed: bool = True
    reason: str = ""
