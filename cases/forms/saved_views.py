"""The name of a saved view, and the filters that are saved."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.forms import markings
from cases.forms.filters import DossierFilterForm
from cases.models.saved_views import PLACES
from cases.selectors.filters import NAMES


class NameForm(forms.Form):
    """What a view is called."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=60, validators=[markings.unclassified]
    )

    def refuse_name(self) -> None:
        """Say beside the field that another view has the name."""
        self.add_error("name", _("You have a view of this name. Choose another one."))

    def refuse_number(self) -> None:
        """Say beside the field that there is no place for another view."""
        sentence = _("You have %(number)d views, and more are not kept. Delete one first.")
        self.add_error("name", sentence % {"number": PLACES})


class FiltersField(forms.CharField):
    """Filters as the list's address has them: read, checked, and written in one order."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=4000, widget=forms.HiddenInput, **options)
        self.filters: DossierFilterForm | None = None  # the form with the choices of the reader

    def clean(self, value: Any) -> str:
        """Only what can be chosen now is saved, and only by the names of the list."""
        query = QueryDict(super().clean(value))
        assert self.filters is not None  # noqa: S101  (set by the forms below)
        form = self.filters.with_data(query)
        asked = written(form) if form.is_valid() else ""
        if not asked:
            raise ValidationError(_("These filters cannot be saved. Choose them in the list."))
        return asked


def written(form: DossierFilterForm) -> str:
    """The filters of a valid form as a query; an order alone is no filter."""
    values = {name: form.cleaned_data[name] for name in NAMES if form.cleaned_data[name]}
    if not values:
        return ""
    sort = form.cleaned_data["sort"]
    return urlencode(values | ({"sort": sort} if sort else {}))


class FiltersForm(forms.Form):
    """Other filters for a view."""

    asked = FiltersField()

    def __init__(self, data: Any, *, filters: DossierFilterForm) -> None:
        super().__init__(data)
        field = self.fields["asked"]
        assert isinstance(field, FiltersField)  # noqa: S101  (declared above)
        field.filters = filters


class SavedViewForm(FiltersForm, NameForm):
    """A new view."""

    field_order = ("name", "asked")
