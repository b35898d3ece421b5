"""The note of a handover as a print, made while one waits.

A dossier is printed by a task, for it may be hundreds of pages (docs/decisions/0010). A note is
five texts that the offer froze, mostly one page: set in 50 ms the first time and 20 ms after, in
90 and 30 ms with all five as long as the form takes (30 November 2026, two busy cores).
"""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import policy
from cases.models import Handover
from cases.models.handovers import AT_ONCE
from cases.selectors import handovers, note_print
from cases.selectors.export_print import Made
from cases.services.journal import log
from cases.states import Step
from lodesk.prints import typesetting

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.zones import Zones

TEMPLATE: Final = Path(settings.BASE_DIR) / "templates" / "prints" / "note.typ"


@transaction.atomic
def make(*, handover: Handover, by: "User", zones: "Zones") -> bytes:
    """Set the note for who may see the handover, and log the disclosure. PDF/A-2a and PDF/UA-1."""
    handover = handovers.mine(by).get(pk=handover.pk)
    policy.require(by, Step.EXPORT, handover.dossier)
    if handover.kind in AT_ONCE:
        raise PermissionDenied(_("Nothing was written with this handover."))
    made = Made(by.name, timezone.now(), zones.here)
    words = typesetting.printable(note_print.words(handover, made))
    content = typesetting.typeset(TEMPLATE, words, at=made.at)
    log(by, "handover.printed", handover.dossier, digest=hashlib.sha256(content).hexdigest())
    return content
