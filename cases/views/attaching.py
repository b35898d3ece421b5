"""Files in a form: taken as they come with it, or named where they arrived before."""

import logging
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.forms.documents import FILES, Attached, Problem, keys_in, rows_of
from cases.models import Dossier
from cases.selectors import documents
from cases.services import uploads
from cases.views.asking import user_of
from lodesk.files.keys import KeyProblemError
from lodesk.files.sealing import DamagedFileError
from lodesk.files.store import StoreProblemError

logger = logging.getLogger("lodesk.documents")
# What keeps a file from being sealed or read: never the person's fault, and nothing is lost by it.
TROUBLE = (KeyProblemError, StoreProblemError, DamagedFileError)


def attached(request: HttpRequest, dossier: Dossier, *, needed: bool) -> Attached:
    """Take the files of a form. What is wrong with one keeps none of the others away."""
    found = Attached(needed=needed, sent=True)
    keys = keys_in(request.POST)
    keys += _taken(request, dossier, found)
    arrived = documents.arrived(dossier, user_of(request), keys)
    found.rows = rows_of(arrived, request.POST)
    if len(arrived) < len(set(keys)):
        lost = _("A file is no longer there, or was added already: choose it again.")
        found.problems.append(Problem("", lost))
    return found


def _taken(request: HttpRequest, dossier: Dossier, found: Attached) -> list[UUID]:
    """Keys of the files that came with the form; what is not taken is told in `found`."""
    files = request.FILES.getlist(FILES)
    if not files:
        return []
    try:
        taken = uploads.take_whole(dossier=dossier, by=user_of(request), files=files)
    except TROUBLE as error:
        found.problems.append(Problem("", trouble(error)))
        return []
    for each in taken:
        refusal = each.refusal.sentence if each.refusal else ""
        sentence = documents.problem(each.upload) if each.upload else str(refusal)
        if sentence:
            found.problems.append(Problem(each.name, sentence))
    return [each.upload.pk for each in taken if each.upload and not each.upload.problem]


def trouble(error: Exception) -> str:
    """Tell the operator what is the matter, and the person that it is not the file."""
    logger.error("documents: %s", error)
    return _(
        "Documents cannot be kept or opened at the moment; nothing was lost. The operator can see"
        " why: try again later."
    )
