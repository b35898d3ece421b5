"""The note of a handover in words, for its print: what the offer froze, and what became of it."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.models import Handover
from cases.selectors import export_print, exports, offers
from cases.selectors.export_print import Made
from lodesk.ui import times
from lodesk.ui.shapes import Fact


def words(handover: Handover, made: Made) -> dict[str, Any]:
    """Everything the template shows, ready to be set. The codes are all those held in the dossier:
    what the note quotes is not marked piece by piece.
    """
    dossier = handover.dossier
    codes = exports.held_codes(dossier)
    page = export_print.of_every_page(dossier, made, codes=codes, use=_("Handover note"))
    return page | {
        "facts": [[fact.label, fact.value] for fact in _facts(handover) if fact.value],
        "parts": [[part.label, part.value] for part in offers.note(handover)],
        "checklist": [[check.label, check.value] for check in offers.checklist(handover)],
        "labels": page["labels"] | {"checklist": _("Checklist")},
    }


def _facts(handover: Handover) -> list[Fact]:
    offer = offers.offer_view(handover)
    answered = offer.state
    if offer.answered_at is not None:
        parts = (offer.state, times.dated(timezone.localtime(offer.answered_at)), offer.answered_by)
        answered = ", ".join(part for part in parts if part)
    return [
        Fact(pgettext("handover", "From"), offer.giver),
        Fact(pgettext("handover", "To"), offer.to),
        Fact(_("Offered"), times.dated(timezone.localtime(offer.offered_at))),
        Fact(_("Answer"), answered),
        Fact(_("Reason"), offer.answer_reason),
        Fact(_("The giver keeps"), offer.keeps),
    ]
