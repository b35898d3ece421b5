"""Files on their way: begun, received in parts, looked into when they are whole.

A part says where it begins and what its SHA-256 is: after a dropped line the sender asks how far
the file has come and goes on there. Parts are sealed as they come in; the whole file is sealed once
more under its own name, read back and looked into, and only then has it arrived.
"""

import hashlib
import hmac
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.db.models import Sum

from cases import policy
from cases.models import DocumentVersion, Dossier, Upload
from cases.models.documents import UploadState
from cases.services.journal import log
from cases.states import Step
from lodesk.files import store
from lodesk.files.inspection import inspect
from lodesk.files.keys import keyring, new_key
from lodesk.files.refusals import Refusal, RefusedError

if TYPE_CHECKING:
    from accounts.models import User

LARGEST_PART = 1024 * 1024
LONGEST_NAME = 255
BATCH = 500  # files forgotten a turn
ON_THE_WAY = (UploadState.ARRIVING, UploadState.ARRIVED)


class OutOfPlaceError(Exception):
    """A part does not begin where the file has come to."""


class DamagedPartError(Exception):
    """A part is not what its digest says."""


@dataclass(frozen=True)
class Taken:
    """What became of a file of a plain form: an upload, or why there is none."""

    name: str
    upload: Upload | None = None
    refusal: Refusal | None = None


@transaction.atomic
def begin(*, dossier: Dossier, by: "User", file_name: str, size: int, sha256: str = "") -> Upload:
    """Expect a file. One that was begun and not finished goes on where it stopped."""
    dossier = _open(dossier, by)
    name = _plain_name(file_name)
    known = Upload.objects.filter(
        dossier=dossier, person=by.pk, size=size, sha256=sha256, file_name=name,
        state__in=ON_THE_WAY,
    )  # fmt: skip
    found = known.first() if sha256 else None
    if found is not None:
        return found
    refusal = _refusal(size, _room(dossier, by))
    if refusal is not None:
        raise RefusedError(refusal)
    upload = _new(dossier, by, name, size, sha256)
    Upload.objects.bulk_create([upload])
    return upload


def _open(dossier: Dossier, by: "User") -> Dossier:
    dossier = Dossier.objects.visible_to(by).get(pk=dossier.pk)
    policy.require(by, Step.CONTRIBUTE, dossier)
    return dossier


def _new(dossier: Dossier, by: "User", name: str, size: int, sha256: str = "") -> Upload:
    file = store.new_name()
    held = keyring().wrap(new_key(), country=dossier.owner, name=file)
    return Upload(
        dossier=dossier, person_id=by.pk, file_name=name, size=size, sha256=sha256, file=file,
        key_name=held.name, wrapped_key=held.wrapped,
    )  # fmt: skip


def _room(dossier: Dossier, by: "User") -> int:
    """How many bytes the documents of a dossier may still grow."""
    kept = DocumentVersion.objects.filter(document__dossier=dossier).aggregate(n=Sum("size"))
    coming = Upload.objects.filter(dossier=dossier, person=by.pk, state__in=ON_THE_WAY)
    on_the_way = coming.aggregate(n=Sum("size"))
    return int(settings.DOSSIER_LARGEST) - (kept["n"] or 0) - (on_the_way["n"] or 0)


def _refusal(size: int, room: int) -> Refusal | None:
    if size <= 0:
        return Refusal.EMPTY
    if size > settings.DOCUMENT_LARGEST:
        return Refusal.TOO_LARGE
    return Refusal.NO_ROOM if size > room else None


def _plain_name(file_name: str) -> str:
    """The last part of a path, without what cannot be printed; long ones keep their ending."""
    name = file_name.replace("\\", "/").rpartition("/")[2]
    name = "".join(each for each in name if each.isprintable()).strip() or "file"
    stem, dot, ending = name.rpartition(".")
    if len(name) > LONGEST_NAME and dot and len(ending) < 10:
        return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return name[:LONGEST_NAME]


@transaction.atomic
def take_part(*, upload: Upload, by: "User", offset: int, content: bytes, sha256: bytes) -> Upload:
    """Take the next part. A part that was taken before, or is too early, raises OutOfPlaceError."""
    upload = _locked(upload, by)
    policy.require(by, Step.CONTRIBUTE, upload.dossier)
    if upload.state != UploadState.ARRIVING:
        return upload
    if offset != upload.received or not content or offset + len(content) > upload.size:
        raise OutOfPlaceError
    if not hmac.compare_digest(hashlib.sha256(content).digest(), sha256):
        raise DamagedPartError
    store.put(_part(upload.file, upload.parts), [content], key=_key(upload))
    _update(upload, received=offset + len(content), parts=upload.parts + 1)
    if upload.received == upload.size:
        _finish(upload, by, _content(upload))
        names = [_part(upload.file, number) for number in range(upload.parts)]
        transaction.on_commit(lambda: store.remove(names), robust=True)
    return upload


@transaction.atomic
def take_whole(*, dossier: Dossier, by: "User", files: Sequence[UploadedFile]) -> list[Taken]:
    """Take the files of a plain form; what is wrong with one keeps none of the others away."""
    dossier = _open(dossier, by)
    room, taken = _room(dossier, by), []
    for file in files:
        name, size = _plain_name(file.name or ""), file.size or 0
        refusal = _refusal(size, room)
        room -= 0 if refusal else size
        upload = None if refusal else _new(dossier, by, name, size)
        taken.append(Taken(name, upload, refusal))
    Upload.objects.bulk_create([each.upload for each in taken if each.upload])
    for each, file in zip(taken, files, strict=True):
        if each.upload:
            _update(each.upload, received=each.upload.size)
            _finish(each.upload, by, file.chunks())
    return taken


def _locked(upload: Upload, by: "User") -> Upload:
    own = Upload.objects.visible_to(by)
    return own.select_for_update(of=("self",)).select_related("dossier").get(pk=upload.pk)


def _finish(upload: Upload, by: "User", content: Iterable[bytes]) -> None:
    """Seal the whole, read it back, and say what it is or why it is not taken."""
    digest = hashlib.sha256()
    store.put(upload.file, _counted(content, digest), key=_key(upload))
    found = digest.hexdigest()
    if upload.sha256 not in ("", found):
        _refuse(upload, by, Refusal.DAMAGED, found)
        return
    try:
        with store.read(upload.file, key=_key(upload)) as reader:
            plain = io.BufferedReader(reader)
            kind = inspect(plain, name=upload.file_name, size=upload.size)
    except RefusedError as error:
        _refuse(upload, by, error.refusal, found)
    else:
        _update(upload, state=UploadState.ARRIVED, kind=kind.type, sha256=found)


def _refuse(upload: Upload, by: "User", refusal: Refusal, digest: str) -> None:
    _update(upload, state=UploadState.REFUSED, problem=refusal.value)
    log(by, "upload.refused", upload.dossier, problem=refusal.value, digest=digest)
    transaction.on_commit(lambda: store.remove([upload.file]), robust=True)


def _counted(content: Iterable[bytes], digest: Any) -> Iterator[bytes]:
    for piece in content:
        digest.update(piece)
        yield piece


def _content(upload: Upload) -> Iterator[bytes]:
    key = _key(upload)
    for number in range(upload.parts):
        yield from store.read(_part(upload.file, number), key=key).chunks()


def _part(file: str, number: int) -> str:
    return f"{file}.{number}"


def _key(upload: Upload) -> bytes:
    return keyring().unwrap(upload.held_key, country=upload.dossier.owner, name=upload.file)


def _update(upload: Upload, **fields: Any) -> None:
    Upload.objects.filter(pk=upload.pk).update(**fields)
    for name, value in fields.items():
        setattr(upload, name, value)


def give_up(*, upload: Upload, by: "User") -> None:
    """Take a file back that was not added yet; the sweep forgets the row."""
    with transaction.atomic():
        upload = _locked(upload, by)
        if upload.state not in ON_THE_WAY:
            return
        names = [upload.file, *(_part(upload.file, each) for each in range(upload.parts))]
        _update(upload, state=UploadState.REFUSED, problem="")
        transaction.on_commit(lambda: store.remove(names), robust=True)


@transaction.atomic
def forget_stale() -> int:
    """Forget what nobody finished within a day; for beat, as nobody. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT file, parts, whole FROM cases_forget_uploads(%s)", [BATCH])
        rows = cursor.fetchall()
    names = [_part(file, number) for file, parts, _whole in rows for number in range(parts)]
    names += [file for file, _parts, whole in rows if whole]
    transaction.on_commit(lambda: store.remove(names), robust=True)
    return len(rows)
