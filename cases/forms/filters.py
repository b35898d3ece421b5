"""Filters of lists. An unknown value makes the form invalid, and the list then shows nothing."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Country, Desk, Person
from cases.selectors.dossiers import ANY, ORDERS, SCOPES
from cases.states import Status
from lodesk.ui.keyset import Cursor

ALL = ("", _("All"))


class CursorField(forms.CharField):
    """A place in a list."""

    def to_python(self, value: Any) -> Any:
        """Read the place; anything else is an error like any other."""
        text = super().to_python(value)
        try:
            return Cursor.read(text) if text else None
        except ValueError as error:
            raise forms.ValidationError(_("This is no place in the list.")) from error


class DossierFilterForm(forms.Form):
    """Which dossiers to list, in which order, and from where."""

    owner = forms.ChoiceField(
        label=_("Owner"), choices=[ALL, *((code, code) for code in Country.values)], required=False
    )
    status = forms.ChoiceField(
        label=_("Status"),
        choices=[("", _("not closed")), *Status.choices, (ANY, _("All"))],
        required=False,
    )
    desk = forms.ChoiceField(label=_("Desk"), required=False)
    handler = forms.ChoiceField(label=_("Handler"), required=False)
    scope = forms.ChoiceField(
        choices=[(each, each) for each in SCOPES], required=False, widget=forms.HiddenInput
    )
    sort = forms.ChoiceField(
        choices=[(each, each) for each in ORDERS], required=False, widget=forms.HiddenInput
    )

    def __init__(self, data: Any, *, desks: Iterable[Desk], handlers: Iterable[Person]) -> None:
        super().__init__(data)
        people = [(str(each.public_id), str(each)) for each in handlers]
        fixed = [("me", _("You")), ("nobody", _("nobody yet"))]
        self._offer("desk", [(each.code, each.city) for each in desks])
        self._offer("handler", [*fixed, *people])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (declared above)
        field.choices = [ALL, *choices]


class PlaceForm(forms.Form):
    """From where in a list, one way or the other."""

    after = CursorField(required=False)
    before = CursorField(required=False)


class OlderForm(forms.Form):
    """Which piece of a timeline."""

    before = forms.UUIDField(required=False)
