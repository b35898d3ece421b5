"""Handovers as pages show them: the list, and one offer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases import codes, policy
from cases.models import Handover
from cases.models.handovers import AT_ONCE, HandoverKind
from cases.selectors import handovers, mandate_views
from cases.selectors.access_diff import Kept
from cases.selectors.hand_over import Party
from cases.states import OPEN_OFFER_STATES, HandoverState
from lodesk.ui.links import capped
from lodesk.ui.shapes import Fact

if TYPE_CHECKING:
    from accounts.models import User

SHOWN = 25


@dataclass(frozen=True)
class HandoverRow:
    """An offer in one line."""

    reference: str
    url: str
    owner: str
    on_behalf: bool
    title: str
    giver: str
    to: str
    state: str
    waiting: bool
    due_at: datetime | None
    at: datetime | None


@dataclass(frozen=True)
class HandoverGroup:
    """Offers under one head."""

    slug: str
    name: str
    count: str
    rows: Sequence[HandoverRow]
    help: str = ""


@dataclass(frozen=True)
class OfferView:
    """One offer in words."""

    kind: str
    giver: str
    to: str
    state: str
    open: bool
    offered_at: datetime
    answer_by: datetime
    answered_at: datetime | None
    answered_by: str
    answer_reason: str
    keeps: str


def groups_for(user: "User") -> list[HandoverGroup]:
    """The offers a person has a part in, or answers for; only groups with rows."""
    mine = handovers.mine(user)
    own = policy.principals(user)
    by_answer = ("answer_by", "id")
    yours = mine.filter(state=HandoverState.OFFERED, giver=own.person).order_by(*by_answer)
    waiting = mine.filter(state=HandoverState.AWAITING_MANDATE).order_by(*by_answer)
    part = Q(giver=own.person) | Q(to_person=own.person) | Q(answered_by=own.person)
    ended = mine.exclude(state__in=OPEN_OFFER_STATES).filter(part | Q(to_group__in=own.groups))
    help_text = _("Accept or decline. The clock runs on while you decide.")
    groups = [
        _group("offered", _("Offered to you"), handovers.offered_to(user)[: SHOWN + 1], help_text),
        _group("yours", _("Your offers"), yours[: SHOWN + 1]),
        _group(
            "waiting",
            _("Waiting for a mandate"),
            waiting[: SHOWN + 1],
            _("Nothing crosses the border before a coordinator decides."),
        ),
        _group("ended", _("Ended"), ended.order_by("-answered_at", "id")[: SHOWN + 1]),
    ]
    return [group for group in groups if group.rows]


def _group(slug: str, name: str, found: Iterable[Handover], help_text: str = "") -> HandoverGroup:
    rows = [_row(handover) for handover in found]
    return HandoverGroup(slug, name, capped(len(rows), SHOWN), rows[:SHOWN], help_text)


def _row(handover: Handover) -> HandoverRow:
    dossier = handover.dossier
    is_open = handover.state in OPEN_OFFER_STATES
    return HandoverRow(
        reference=dossier.reference,
        url=reverse("handover", args=[handover.pk]),
        owner=dossier.owner,
        on_behalf=dossier.handler is not None and dossier.handler.country != dossier.owner,
        title=dossier.title,
        giver=handover.giver.name if handover.giver else _("the queue"),
        to=handovers.addressee_name(handover),
        state=state(handover),
        waiting=handover.state == HandoverState.AWAITING_MANDATE,
        due_at=handover.answer_by if is_open else None,
        at=handover.answered_at,
    )


def lapsed(handover: Handover) -> bool:
    """Whether the time to answer is over, although nobody has tidied up yet."""
    return handover.state in OPEN_OFFER_STATES and handover.answer_by <= timezone.now()


def state(handover: Handover) -> str:
    """The state in words; the time decides, not the sweep that tidies up after it."""
    if handover.kind in AT_ONCE:
        is_taken = handover.kind == HandoverKind.TAKEN
        return pgettext("handover", "taken") if is_taken else pgettext("handover", "re-assigned")
    found = HandoverState.EXPIRED if lapsed(handover) else HandoverState(handover.state)
    return str(found.label)


def offer_view(handover: Handover) -> OfferView:
    """Put an offer into words."""
    at_once = handover.kind in AT_ONCE  # nobody was asked, nobody answered
    return OfferView(
        kind=str(HandoverKind(handover.kind).label),
        giver=str(handover.giver or ""),
        to=handovers.addressee_name(handover),
        state=capfirst(state(handover)),
        open=handover.state in OPEN_OFFER_STATES and not lapsed(handover),
        offered_at=handover.offered_at,
        answer_by=handover.answer_by,
        answered_at=handover.answered_at,
        answered_by="" if at_once or not handover.answered_by else str(handover.answered_by),
        answer_reason=handover.answer_reason,
        keeps="" if at_once else mandate_views.keeps(handover),
    )


def note(handover: Handover) -> list[Fact]:
    """The note as it was offered; none of what changed hands without an offer."""
    if handover.kind in AT_ONCE:
        return []
    return [
        Fact(_("Where it stands"), handover.note_state),
        Fact(_("Promises made"), handover.note_promises),
        Fact(_("Next deadline"), handover.note_deadline),
        Fact(_("Contacts"), handover.note_contacts),
        Fact(_("Risks"), handover.note_risks),
    ]


def checklist(handover: Handover) -> list[Fact]:
    """What was asked besides the note, and how it was answered; older offers have none."""
    asked = codes.checks(handover.dossier.kind)
    left = {str(code): str(word) for code, word in handover.checklist.items()}
    order = [each.value for each in asked if each.value in left]
    return [
        Fact(codes.words(codes.EVERY_CHECK, code), left[code] or _("yes"))
        for code in dict.fromkeys([*order, *sorted(left)])
    ]


def party(handover: Handover, groups: Iterable[int]) -> Party:
    """Whom the offer is made to, for the access diff; `groups` are those of the person."""
    to = handover.to_group or handover.to_person
    if to is None:
        raise ValueError("an offer has one addressee: a constraint of the database")
    return Party(
        value="",
        to=to,
        label=handovers.addressee_name(handover),
        groups=frozenset([to.pk] if handover.to_group else groups),
        foreign=to.country != handover.dossier.owner,
    )


def kept(handover: Handover) -> Kept:
    """What the offer says the giver keeps."""
    return Kept(handover.giver_keeps, handover.giver_keeps_until)
