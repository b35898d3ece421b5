"""Numbers in a form: one a line, recognised, and shown before they are saved."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import identifiers
from cases.forms.fields import text_area
from cases.forms.markings import unclassified
from cases.identifiers import Identifier as Number
from cases.models import Dossier
from cases.models.parties import PartyKind
from cases.services.parties import New

MOST_LINES = 50


class LinesField(forms.CharField):
    """Numbers, one a line, each read as what it is."""

    def __init__(self, *, rows: int, **options: Any) -> None:
        self.region = ""
        super().__init__(widget=text_area(rows), **options)

    def to_python(self, value: Any) -> str:
        """The lines that hold something."""
        text = super().to_python(value) or ""
        lines = [line.strip() for line in text.splitlines()]
        return "\n".join(line for line in lines if line)

    def validate(self, value: str) -> None:
        """No line is longer than a number may be."""
        super().validate(value)
        for line in value.splitlines():
            if len(line) > identifiers.LONGEST:
                raise ValidationError(_("This line is too long: %(line)s") % {"line": line[:40]})

    def read(self, text: str) -> list[Number]:
        """The numbers, each once."""
        found = [identifiers.recognise(line, region=self.region) for line in text.splitlines()]
        return list({(each.kind, each.normal): each for each in found}.values())


class NumbersForm(forms.Form):
    """A form whose numbers are shown before they are saved, with what is known of them.

    `seen` carries what was shown: nothing is saved that its reader has not seen.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)

    def show_again(self, text: str) -> None:
        """Let the next answer of this form mean that these numbers were seen."""
        data = cast("QueryDict", self.data).copy()
        data[self.add_prefix("seen")] = text
        self.data = data

    def was_shown(self, text: str) -> bool:
        """Whether these very numbers were on the page that was sent."""
        shown = str(self.data.get(self.add_prefix("seen"), ""))
        return shown.split() == text.split()


def lines_of(form: forms.Form, name: str) -> LinesField:
    """The field of that name."""
    field = form.fields[name]
    assert isinstance(field, LinesField)  # noqa: S101  (declared as one above)
    return field


class ListForm(NumbersForm):
    """Several objects at once: a line each, the name before the number if there is one."""

    numbers = LinesField(
        label=gettext_lazy("Numbers"),
        rows=8,
        help_text=gettext_lazy(
            "One a line, as they come: containers, ships, telephones, accounts. With a name:"
            " MV Voorbeeld, IMO 9074729."
        ),
        validators=[unclassified],
    )

    def __init__(self, *args: Any, dossier: Dossier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region = dossier.host_country

    def clean_numbers(self) -> str:
        """As many as one can look through."""
        text: str = self.cleaned_data["numbers"]
        if len(text.splitlines()) > MOST_LINES:
            raise ValidationError(_("%(most)d lines at most.") % {"most": MOST_LINES})
        return text

    @property
    def objects(self) -> list[tuple[str, Number]]:
        """Name and number of each line, each number once."""
        lines = [_named(line, self.region) for line in self.cleaned_data["numbers"].splitlines()]
        first: dict[tuple[str, str], tuple[str, Number]] = {}
        for name, number in lines:
            first.setdefault((number.kind, number.normal), (name, number))
        return list(first.values())

    @property
    def new(self) -> list[New]:
        """What a valid form says."""
        return [New({"kind": PartyKind.ITEM, "name": name}, [each]) for name, each in self.objects]


def _named(line: str, region: str) -> tuple[str, Number]:
    """A line "name, number"; where nothing after the comma is a number it is all one."""
    name, comma, rest = line.rpartition(",")
    if comma and name.strip() and any(each.isdigit() or each == "@" for each in rest):
        return name.strip(), identifiers.recognise(rest, region=region)
    return "", identifiers.recognise(line, region=region)
