"""Filters of lists. An unknown value makes the form invalid, and the list then shows nothing."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Country, Desk, Person
from cases.models.dossiers import CrimeArea, Kind, Urgency
from cases.selectors import filters, search
from cases.selectors.filters import ANY, NAMES, NONE, ORDERS, OVERDUE, SCOPES, TODAY, UNDATED, WEEK
from cases.states import Status
from lodesk.ui.forms import PlainSelect
from lodesk.ui.keyset import Cursor

ALL = ("", _("All"))
GONE = _("There is no such choice, or not any more.")
SCOPE_NAMES = {"mine": _("what you handle"), "desk": _("your desk"), "all": _("All")}


class CursorField(forms.CharField):
    """A place in a list."""

    def to_python(self, value: Any) -> Any:
        """Read the place; anything else is an error like any other."""
        text = super().to_python(value)
        try:
            return Cursor.read(text) if text else None
        except ValueError as error:
            raise forms.ValidationError(_("This is no place in the list.")) from error


def _chosen(label: Any, choices: Sequence[Any] = (), *, every: Any = ALL) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[every, *choices],
        required=False,
        widget=PlainSelect,
        error_messages={"invalid_choice": GONE},
    )


class DossierFilterForm(forms.Form):
    """Which dossiers to list, in which order, and from where."""

    q = forms.CharField(
        label=_("Words, number or name"),
        required=False,
        min_length=search.SHORTEST,
        max_length=100,
        error_messages={"min_length": _("At least three characters.")},
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "data-key": "f"}),
    )
    status = _chosen(_("Status"), [*Status.choices, (ANY, _("All"))], every=("", _("not closed")))
    due = _chosen(
        _("Due"),
        [
            (OVERDUE, _("overdue")),
            (TODAY, _("still today")),
            (WEEK, _("within seven days")),
            (UNDATED, _("without a due time")),
        ],
    )
    handler = _chosen(_("Handler"))
    desk = _chosen(_("Desk"))
    owner = _chosen(_("Owner"), [(code, code) for code in Country.values])
    kind = _chosen(_("Kind"), Kind.choices)
    crime_area = _chosen(
        _("Crime area"),
        [*(each for each in CrimeArea.choices if each[0]), (NONE, pgettext_lazy("filter", "none"))],
    )
    host_country = _chosen(_("Host country"))
    urgency = _chosen(_("Urgency"), Urgency.choices)
    scope = forms.ChoiceField(
        label=_("Only"),
        choices=[(each, SCOPE_NAMES[each]) for each in SCOPES],
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": GONE},
    )
    sort = forms.ChoiceField(
        label=_("Order"),
        choices=[(each, each) for each in ORDERS],
        required=False,
        widget=forms.HiddenInput,
    )
    view = forms.UUIDField(label=_("Saved view"), required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, desks: Sequence[Desk], handlers: Iterable[Person]) -> None:
        super().__init__(data)
        self._desks, self._handlers = desks, list(handlers)
        people = [(str(each.public_id), str(each)) for each in self._handlers]
        self._offer("desk", [(each.code, each.city) for each in desks])
        self._offer("handler", [("me", _("You")), ("nobody", _("nobody yet")), *people])
        self._offer("host_country", filters.host_countries(desks))

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self._choices(name).choices = [ALL, *choices]

    def _choices(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (declared above)
        return field

    @property
    def selects(self) -> list[forms.BoundField]:
        """The fields one chooses from."""
        return [field for field in self.visible_fields() if field.name != "q"]

    def with_data(self, data: QueryDict) -> "DossierFilterForm":
        """The same choices, filled in otherwise."""
        return DossierFilterForm(data, desks=self._desks, handlers=self._handlers)

    def words_of(self, query: QueryDict) -> list[tuple[str, str, str]]:
        """Name, label and value in words of each filter that a query sets."""
        return [
            (name, str(self.fields[name].label), self.in_words(name, str(query[name])))
            for name in NAMES
            if query.get(name) and (name, query[name]) != ("scope", "all")
        ]

    def in_words(self, name: str, value: str) -> str:
        """A value as the page writes it; nothing for one that cannot be chosen."""
        if name == "q":
            return value
        choices: Any = self._choices(name).choices
        return next((str(word) for code, word in choices if code == value), "")


class PlaceForm(forms.Form):
    """From where in a list, one way or the other."""

    after = CursorField(required=False)
    before = CursorField(required=False)


class OlderForm(forms.Form):
    """Which piece of a timeline."""

    before = forms.UUIDField(required=False)
