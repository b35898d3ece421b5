"""What an auditor looks for. An unknown value makes the form invalid: the page shows nothing."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lodesk.audit.wording import WORDS
from lodesk.ui.axis import FIRST_YEAR, LAST_YEAR, in_reach
from lodesk.ui.keyset import Cursor


class _CursorField(forms.CharField):
    """A place in the log."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        """Read the place; the log has a moment for every row."""
        text = super().to_python(value)
        try:
            place = Cursor.read(text) if text else None
        except ValueError as error:
            raise forms.ValidationError(_("This is no place in the list.")) from error
        if place is not None and place.moment is None:
            raise forms.ValidationError(_("This is no place in the list."))
        return place


class _DayField(forms.DateField):
    """A day, with the browser's own picker."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}), **options)

    def to_python(self, value: Any) -> date | None:
        """Read the day; the log has none outside the years of the house."""
        day = super().to_python(value)
        if day is not None and not in_reach(day):
            years = {"first": FIRST_YEAR, "last": LAST_YEAR}
            raise forms.ValidationError(
                _("The year must lie between %(first)d and %(last)d."), params=years
            )
        return day


class LogForm(forms.Form):
    """Who did what, on which dossier, when. Days are those of where the reader sits."""

    who = forms.CharField(label=_("Who"), required=False, max_length=80)
    action = forms.ChoiceField(label=_("What"), required=False)
    reference = forms.CharField(label=_("Reference"), required=False, max_length=40)
    since = _DayField(label=_("From"), required=False)
    until = _DayField(label=_("Until"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["action"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (declared above)
        field.choices = [("", _("All")), *sorted(WORDS.items(), key=lambda item: str(item[1]))]

    def clean_reference(self) -> str:
        """References are written in capitals."""
        return str(self.cleaned_data["reference"]).upper()

    def clean_since(self) -> datetime | None:
        """From the first moment of the day."""
        day = self.cleaned_data["since"]
        return timezone.make_aware(datetime.combine(day, time.min)) if day else None

    def clean_until(self) -> datetime | None:
        """To the last moment of the day."""
        day = self.cleaned_data["until"]
        if day is None:
            return None
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


class PlaceForm(forms.Form):
    """From where in the log, one way or the other."""

    after = _CursorField(required=False)
    before = _CursorField(required=False)
