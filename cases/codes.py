"""Closed lists of codes with the days they are valid: what law and treaty name, nothing else.

A code that has ended stays readable where it was used and can no longer be chosen. Pure functions.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Code:
    """One code of a list, its words, and from when until when it may be chosen."""

    value: str
    label: str | Promise
    since: date | None = None
    until: date | None = None  # the first day on which it can no longer be chosen

    def valid(self, on: date) -> bool:
        """Whether it may be chosen on this day."""
        began = self.since is None or self.since <= on
        return began and (self.until is None or on < self.until)


# The day on which the directive had to be transposed (Directive (EU) 2023/977, art. 23).
TRANSPOSED = date(2024, 12, 12)

# Grounds on which information may be refused: Directive (EU) 2023/977, art. 6(1), a closed list.
REFUSAL_GROUNDS = (
    Code("6a", _("art. 6(1)(a): not available to the authorities"), TRANSPOSED),
    Code("6b", _("art. 6(1)(b): the request does not meet art. 4"), TRANSPOSED),
    Code("6c", _("art. 6(1)(c): judicial authorisation was refused"), TRANSPOSED),
    Code("6d", _("art. 6(1)(d): personal data outside the allowed categories"), TRANSPOSED),
    Code("6e", _("art. 6(1)(e): found inaccurate, incomplete or outdated"), TRANSPOSED),
    Code("6f1", _("art. 6(1)(f)(i): against essential interests of national security"), TRANSPOSED),
    Code("6f2", _("art. 6(1)(f)(ii): endangers an investigation or a person"), TRANSPOSED),
    Code("6f3", _("art. 6(1)(f)(iii): unduly harms interests of a legal person"), TRANSPOSED),
    Code("6g1", _("art. 6(1)(g)(i): punishable by one year or less"), TRANSPOSED),
    Code("6g2", _("art. 6(1)(g)(ii): not a criminal offence in the requested State"), TRANSPOSED),
    Code("6h", _("art. 6(1)(h): another State that provided it has not consented"), TRANSPOSED),
    Code("61", _("Benelux police treaty 2018, art. 61: sovereignty, security, national law")),
)

# Why another channel than SIENA: Directive (EU) 2023/977, art. 13(2).
CHANNEL_REASONS = (
    Code("third", _("host country involved, art. 13(2)(a)"), TRANSPOSED),
    Code("urgent", _("urgency needs another channel, art. 13(2)(b)"), TRANSPOSED),
    Code("incident", _("unexpected technical incident, art. 13(2)(c)"), TRANSPOSED),
)

# Why a request is urgent: Directive (EU) 2023/977, art. 4(4); one ground suffices (domain.md 2.1).
URGENCY_GROUNDS = (
    Code("threat", _("A: immediate and serious threat to public security"), TRANSPOSED),
    Code("life", _("B: imminent threat to life or physical integrity"), TRANSPOSED),
    Code("liberty", _("C: decision on measures that deprive of liberty"), TRANSPOSED),
    Code("relevance", _("D: loses relevance if not given at once, and important"), TRANSPOSED),
)


# How a dossier ended; asked for on closing.
RESULTS = (
    Code("answered", _("answered in full")),
    Code("in_part", _("answered in part")),
    Code("refused", _("refused")),
    Code("withdrawn", _("withdrawn by who asked")),
    Code("no_answer", _("no answer from the host authority")),
    Code("done", _("done, nothing was to be answered")),
    Code("passed_on", _("passed on to another service")),
    Code("no_result", _("without result")),
)


# What the giver of a handover ticks or answers with a word: by kind of dossier, and for all.
CHECKS: dict[str, tuple[Code, ...]] = {
    "incoming_request": (
        Code("interim", _("Has who asked been told how far it is?")),
        Code("permission", _("Is it said what may be used, and for what?")),
    ),
    "outgoing_request": (
        Code("reminder", _("Is it said whom to remind, and when?")),
        Code("original", _("Is the request as it was sent in the dossier?")),
    ),
    "spontaneous": (Code("source", _("Is it said how the source is protected?")),),
    "assistance": (
        Code("consent", _("Is the consent of the host authority in the dossier?")),
        Code("on_site", _("Does who is on site know whom to call?")),
    ),
    "seizure": (
        Code("custody", _("Has the chain of custody been told?")),
        Code("samples", _("Is it said where samples and exhibits are?")),
    ),
    "missing_person": (
        Code("family", _("Does the family know whom it reaches?")),
        Code("whereabouts", _("Are the last known whereabouts in the dossier?")),
    ),
    "fugitive": (
        Code("warrant", _("Is the warrant still in force?")),
        Code("hearing", _("Is the date of the hearing or the surrender told?")),
        Code("notice", _("Is the notice still published?")),
    ),
    "visit": (
        Code("programme", _("Is the programme agreed with the host?")),
        Code("permits", _("Are visas, weapons and transport arranged?")),
    ),
}
CHECKS_OF_ALL = (
    Code("asker", _("Does who asked know who handles it from now on?")),
    Code("contacts", _("Have the contacts been told whom they reach?")),
    Code("recorded", _("Is everything recorded that was said, sent and received?")),
)


EVERY_CHECK = (*(code for codes in CHECKS.values() for code in codes), *CHECKS_OF_ALL)


def checks(kind: str) -> tuple[Code, ...]:
    """What is asked when a dossier of this kind is handed over."""
    return CHECKS.get(kind, ()) + CHECKS_OF_ALL


def values(codes: Iterable[Code]) -> list[str]:
    """Every code of a list, also those that have ended."""
    return [code.value for code in codes]


def choices(codes: Iterable[Code], *, on: date) -> list[tuple[str, str]]:
    """Codes and words that may be chosen on a day."""
    return [(code.value, str(code.label)) for code in codes if code.valid(on)]


def words(codes: Iterable[Code], value: str) -> str:
    """The words of a code, also of one that has ended; an unknown one stands for itself."""
    return next((str(code.label) for code in codes if code.value == value), value)
