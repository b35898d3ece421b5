"""Add a person or an object, and correct it: the role decides what is asked."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from cases.forms.dossiers import offer
from cases.forms.fields import reason_field, text_area
from cases.forms.markings import unclassified
from cases.forms.numbers import LinesField, NumbersForm, lines_of
from cases.identifiers import Identifier as Number
from cases.models import Dossier, Party
from cases.models.parties import (
    ALL_DETAILS,
    PartyKind,
    PersonRole,
    Sex,
    SpecialCategory,
    details_of,
)
from cases.selectors import parties
from cases.services.parties import New
from lodesk.ui.forms import SectionedForm

MOST_NUMBERS = 10
CHOSEN = gettext_lazy("Choose one")
# Names and numbers in sight are offered while one writes; without a script nothing is offered.
SUGGESTING = {
    "list": "known",
    "autocomplete": "off",
    "hx-get": reverse_lazy("known"),
    "hx-trigger": "input changed delay:400ms",
    "hx-target": "#known",
}
PLAIN = [each for each in PartyKind if each != PartyKind.PERSON]
# "person:suspect" or "organisation": kind and role are one choice, and decide what is asked.
SORTS = [
    (
        gettext_lazy("A person"),
        [(f"{PartyKind.PERSON}:{role.value}", role.label) for role in PersonRole],
    ),
    (gettext_lazy("Something else"), [(kind.value, kind.label) for kind in PLAIN]),
]


def kind_and_role(sort: str) -> tuple[str, str]:
    """What a choice of SORTS means."""
    kind, _colon, role = sort.partition(":")
    return kind, role


class SortForm(forms.Form):
    """What is to be added: the first step, which decides the fields of the second."""

    sort = forms.ChoiceField(label=gettext_lazy("Kind and role"), choices=[("", CHOSEN), *SORTS])


class PartyForm(SectionedForm, NumbersForm):
    """The fields that kind and role let be asked, and no other."""

    sections = (
        (
            gettext_lazy("Who or what"),
            gettext_lazy("A name, a number, or both."),
            ("name", "part", "numbers"),
        ),
        (
            gettext_lazy("What is known"),
            gettext_lazy("Facts apart from assessments: say which it is."),
            (*ALL_DETAILS, "note"),
        ),
        (
            gettext_lazy("Special categories"),
            gettext_lazy("Only where strictly necessary: Directive (EU) 2016/680, art. 10."),
            ("special_categories", "special_data", "special_reason"),
        ),
        (gettext_lazy("Why it changes"), "", ("reason",)),
    )

    name = forms.CharField(
        label=gettext_lazy("Name"),
        required=False,
        max_length=160,
        validators=[unclassified],
        widget=forms.TextInput(attrs=SUGGESTING),
    )
    part = forms.CharField(
        label=gettext_lazy("Part in the matter"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("In a word or two: shipper, agent, place of loading."),
        validators=[unclassified],
    )
    numbers = LinesField(
        label=gettext_lazy("Numbers"),
        required=False,
        rows=3,
        help_text=gettext_lazy(
            "One a line; the kind is recognised. Where it is not, write it before the number:"
            " passport AB 123456."
        ),
    )
    born_on = forms.DateField(
        label=gettext_lazy("Born on"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )
    nationality = forms.ChoiceField(label=gettext_lazy("Nationality"), required=False)
    address = forms.CharField(
        label=gettext_lazy("Address"), required=False, max_length=200, validators=[unclassified]
    )
    aliases = forms.CharField(
        label=gettext_lazy("Other names"), required=False, max_length=200, validators=[unclassified]
    )
    birth_place = forms.CharField(
        label=gettext_lazy("Born in"), required=False, max_length=80, validators=[unclassified]
    )
    sex = forms.ChoiceField(label=gettext_lazy("Sex"), required=False, choices=Sex.choices)
    occupation = forms.CharField(
        label=gettext_lazy("Occupation"), required=False, max_length=120, validators=[unclassified]
    )
    appearance = forms.CharField(
        label=gettext_lazy("Appearance"), required=False, max_length=300, validators=[unclassified]
    )
    conduct = forms.CharField(
        label=gettext_lazy("Known conduct"),
        required=False,
        max_length=500,
        widget=text_area(2),
        validators=[unclassified],
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=2000,
        widget=text_area(3),
        validators=[unclassified],
    )
    special_categories = forms.MultipleChoiceField(
        label=gettext_lazy("Categories"),
        required=False,
        choices=SpecialCategory.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    special_data = forms.CharField(
        label=gettext_lazy("Data"),
        required=False,
        max_length=1000,
        widget=text_area(2),
        validators=[unclassified],
    )
    special_reason = forms.CharField(
        label=gettext_lazy("Strictly necessary because"),
        required=False,
        max_length=500,
        widget=text_area(2),
        validators=[unclassified],
    )
    reason = reason_field(validators=[unclassified])

    def __init__(
        self, *args: Any, dossier: Dossier, sort: str, present: Party | None = None, **kwargs: Any
    ) -> None:
        """`present`: the version that is corrected."""
        self.kind, self.role = kind_and_role(sort)
        super().__init__(*args, initial=_initial(present), **kwargs)
        offer(self, "nationality", [("", gettext_lazy("unknown")), *_by_name()])
        lines_of(self, "numbers").region = dossier.host_country
        for name in self._not_asked(correcting=present is not None):
            del self.fields[name]

    def _not_asked(self, *, correcting: bool) -> list[str]:
        asked = details_of(self.kind, self.role)
        dropped = [name for name in ALL_DETAILS if name not in asked]
        if self.kind == PartyKind.PERSON:
            dropped.append("part")
        else:
            dropped += ["special_categories", "special_data", "special_reason"]
        return dropped if correcting else [*dropped, "reason"]

    def clean_born_on(self) -> Any:
        """A day on which somebody who matters here can have been born."""
        day = self.cleaned_data["born_on"]
        if day and not 1850 <= day.year <= 2100:
            raise ValidationError(_("The year must lie between 1850 and 2100."))
        return day

    def clean_numbers(self) -> str:
        """As many as one thing can have."""
        text: str = self.cleaned_data["numbers"]
        if len(text.splitlines()) > MOST_NUMBERS:
            raise ValidationError(_("%(most)d numbers at most.") % {"most": MOST_NUMBERS})
        return text

    def clean(self) -> dict[str, Any]:
        """Something must name it; special categories need their reason, and only they do."""
        values: dict[str, Any] = super().clean() or {}
        if not self.errors and not values.get("name") and not values.get("numbers"):
            self.add_error("name", _("Write a name or a number."))
        if values.get("special_categories") and not values.get("special_reason"):
            self.add_error("special_reason", _("Say why this is strictly necessary."))
        if values.get("special_data") and not values.get("special_categories"):
            self.add_error("special_categories", _("Say which categories these data are of."))
        return values

    @property
    def read_numbers(self) -> list[Number]:
        """The numbers of a valid form."""
        return lines_of(self, "numbers").read(self.cleaned_data["numbers"])

    @property
    def new(self) -> New:
        """What a valid form says."""
        values = dict(self.cleaned_data)
        for name in ("numbers", "seen", "reason"):
            values.pop(name, None)
        if not values.get("special_categories"):
            values.pop("special_reason", None)
        return New(values | {"kind": self.kind, "role": self.role}, self.read_numbers)


def _by_name() -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name in countries]


def _initial(present: Party | None) -> dict[str, Any]:
    if present is None:
        return {}
    names = ("name", "part", "note", *ALL_DETAILS, "special_categories", "special_data",
             "special_reason")  # fmt: skip
    lines = "\n".join(each.line for each in parties.numbers_of(present))
    return {name: getattr(present, name) for name in names} | {"numbers": lines}
