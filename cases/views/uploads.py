"""Files that come in parts, for js/behaviours/uploads.js; answers are JSON.

POST d/<reference>/uploads  name, size, sha256: where to send it, and how far it is already
GET uploads/<key>/          how far it is
POST uploads/<key>/         the next part, with Upload-Offset and Content-Digest (RFC 9530);
                            409 says where to go on
DELETE uploads/<key>/       it is not to be added
"""

import base64
import binascii
import re
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases import policy
from cases.forms.documents import BeginForm
from cases.models import Upload
from cases.selectors import documents
from cases.services import uploads
from cases.services.uploads import LARGEST_PART, DamagedPartError, OutOfPlaceError
from cases.states import Step
from cases.views.asking import dossier_of, user_of
from cases.views.attaching import TROUBLE, trouble
from lodesk.files import kinds
from lodesk.files.refusals import RefusedError

DIGEST = re.compile(r"^sha-256=:([A-Za-z0-9+/]+=*):$")  # RFC 9530


@require_POST
def upload_begin(request: HttpRequest, reference: str) -> HttpResponse:
    """Expect a file."""
    dossier = dossier_of(request, reference)
    policy.require(user_of(request), Step.CONTRIBUTE, dossier)
    form = BeginForm(request.POST)
    if not form.is_valid():
        return _refused(_("The file could not be described: choose it again."))
    said = form.cleaned_data
    try:
        upload = uploads.begin(
            dossier=dossier, by=user_of(request), file_name=said["name"], size=said["size"],
            sha256=said["sha256"],
        )  # fmt: skip
    except RefusedError as error:
        return _refused(str(error.refusal.sentence))
    except TROUBLE as error:
        return JsonResponse({"problem": trouble(error)}, status=503)
    return JsonResponse(_told(upload))


@require_http_methods(["GET", "HEAD", "POST", "DELETE"])
def upload_part(request: HttpRequest, upload: str) -> HttpResponse:
    """One file: how far it is, its next part, or its end."""
    found = _own(request, upload)
    if request.method == "POST":
        return _take(request, found)
    if request.method == "DELETE":
        uploads.give_up(upload=found, by=user_of(request))
        return HttpResponse(status=204)
    return JsonResponse(_told(found))


def _own(request: HttpRequest, key: str) -> Upload:
    """The file, or 404 when it is not one's own or its dossier is out of sight."""
    user = user_of(request)
    own = Upload.objects.visible_to(user).select_related("dossier")
    return get_object_or_404(own, pk=key)


def _take(request: HttpRequest, upload: Upload) -> HttpResponse:
    digest, offset = _digest(request), request.headers.get("Upload-Offset", "")
    policy.require(user_of(request), Step.CONTRIBUTE, upload.dossier)
    if digest is None or not offset.isdecimal() or _length(request) > LARGEST_PART:
        return _refused(_("This part of the file could not be read: try again."), status=400)
    try:
        taken = uploads.take_part(
            upload=upload, by=user_of(request), offset=int(offset), content=request.body,
            sha256=digest,
        )  # fmt: skip
    except (OutOfPlaceError, DamagedPartError):
        return JsonResponse(_told(upload), status=409)
    except TROUBLE as error:
        return JsonResponse({"problem": trouble(error)}, status=503)
    return JsonResponse(_told(taken))


def _digest(request: HttpRequest) -> bytes | None:
    said = DIGEST.match(request.headers.get("Content-Digest", ""))
    try:
        return base64.b64decode(said[1], validate=True) if said else None
    except binascii.Error:
        return None


def _length(request: HttpRequest) -> int:
    said = request.headers.get("Content-Length", "")
    return int(said) if said.isdecimal() else LARGEST_PART + 1


def _told(upload: Upload) -> dict[str, Any]:
    return {
        "id": str(upload.pk),
        "url": reverse("upload", args=[upload.pk]),
        "offset": upload.received,
        "state": upload.state,
        "problem": documents.problem(upload),
        "kind": str(kinds.kind_of(upload.kind).label) if upload.kind else "",
    }


def _refused(sentence: str, status: int = 422) -> JsonResponse:
    return JsonResponse({"problem": sentence}, status=status)
