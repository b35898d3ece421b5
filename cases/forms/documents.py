"""Files to add: what was chosen in the page, what arrived before, and what they are called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.forms.fields import reason_field
from cases.forms.markings import unclassified
from cases.models import Upload
from cases.models.documents import LONGEST_TITLE
from cases.models.dossiers import HandlingCode
from cases.selectors import languages
from cases.services.documents import Titled
from lodesk.ui import sizes

FIELD = "uploads"  # keys of files that arrived
FILES = "files"  # files of a plain form
MOST = 100


class AddDocumentsForm(forms.Form):
    """How the documents may be used; which they are says `Attached`."""

    language = forms.ChoiceField(label=gettext_lazy("Language"))
    handling_codes = forms.MultipleChoiceField(
        label=gettext_lazy("Handling code"),
        choices=[(code.value, code.value) for code in HandlingCode],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["language"]
        assert isinstance(chosen, forms.ChoiceField)  # noqa: S101  (declared above)
        chosen.choices = languages.choices()


class ReasonForm(forms.Form):
    """Why somebody opens or withdraws a document."""

    reason = reason_field()


class BeginForm(forms.Form):
    """A file that is to come, as the page describes it."""

    name = forms.CharField(max_length=1000)
    size = forms.IntegerField(min_value=0)
    sha256 = forms.RegexField(r"^[0-9a-f]{64}$")


@dataclass(frozen=True)
class Row:
    """A file that has arrived, in the page."""

    upload: Upload
    title: str
    error: str = ""

    @property
    def size(self) -> str:
        """How large it is."""
        return sizes.size(self.upload.size)


@dataclass(frozen=True)
class Problem:
    """A file that is not taken, and why."""

    name: str
    sentence: str


@dataclass
class Attached:
    """The files of a form, with what is wrong with each."""

    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    needed: bool = False
    sent: bool = False

    @property
    def is_valid(self) -> bool:
        """Whether all of them can be added."""
        missing = self.needed and not self.rows
        return not missing and not self.problems and not any(row.error for row in self.rows)

    @property
    def error(self) -> str:
        """The sentence when there is nothing to add."""
        nothing = self.sent and self.needed and not self.rows and not self.problems
        return _("Choose at least one file.") if nothing else ""

    @property
    def files(self) -> list[Titled]:
        """What the service is given."""
        return [Titled(row.upload.pk, row.title) for row in self.rows]


def keys_in(data: Mapping[str, Any]) -> list[UUID]:
    """Keys of uploads that a form names; what is no key is left out."""
    found = []
    for word in data.getlist(FIELD)[:MOST] if hasattr(data, "getlist") else ():
        try:
            found.append(UUID(word))
        except ValueError:
            continue
    return found


def rows_of(uploads: Sequence[Upload], data: Mapping[str, Any]) -> list[Row]:
    """A row for each file, called as was typed, else as the file is called."""
    return [_row(upload, data.get(f"title-{upload.pk}")) for upload in uploads]


def _row(upload: Upload, typed: str | None) -> Row:
    title = (typed if typed is not None else stem(upload.file_name)).strip()
    return Row(upload, title, _wrong(title))


def _wrong(title: str) -> str:
    if not title:
        return _("Give it a title.")
    if len(title) > LONGEST_TITLE:
        return _("The title is too long.")
    try:
        unclassified(title)
    except ValidationError as error:
        return str(error.messages[0])
    return ""


def stem(file_name: str) -> str:
    """The name of a file without its ending, as a title to begin with."""
    name, dot, _ending = file_name.rpartition(".")
    return (name if dot and name else file_name).replace("_", " ")[:LONGEST_TITLE]
