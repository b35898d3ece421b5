"""Files of a plain form, as they come in: sealed under a key that lives as long as the request.

Django would write a large one to the temporary folder in clear.
"""

import tempfile
from typing import IO, Any, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers

from lodesk.files.keys import new_key
from lodesk.files.sealing import SealedReader, Sealer
from lodesk.files.store import IN_MEMORY

NAME = "incoming"


class IncomingFile(UploadedFile):
    """A file of a form; `size` is what was sent, also where the rest was not kept."""


class SealingUploadHandler(FileUploadHandler):
    """Collects one file after the other; of one that is too large only the size is kept."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self._count, self._key = 0, new_key()
        self._sealer = Sealer(key=self._key, name=NAME)
        self._sealed = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  (kept open)
        self._sealed.write(self._sealer.head)
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take a piece."""
        self._count += len(raw_data)
        if self._count <= settings.DOCUMENT_LARGEST:
            self._sealed.write(self._sealer.update(raw_data))

    def file_complete(self, file_size: int) -> IncomingFile:
        """Give the whole file, to be read once or more."""
        self._sealed.write(self._sealer.finish())
        size = self._sealed.tell()
        reader = SealedReader(self._sealed, key=self._key, name=NAME, sealed_size=size)
        return IncomingFile(
            cast("IO[bytes]", reader), self.file_name, self.content_type, self._count
        )
