"""Fields that several forms share."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models.dossiers import HandlingCode
from lodesk.ui.axis import FIRST_YEAR, LAST_YEAR, in_reach, on_earth

LOCAL = "%Y-%m-%dT%H:%M"  # what <input type="datetime-local"> writes and reads


class MomentField(forms.DateTimeField):
    """A moment in the reader's zone, with the browser's own picker."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL)
        super().__init__(widget=widget, **options)

    def to_python(self, value: Any) -> datetime | None:
        """Read the moment; refuse what the database could not give back."""
        moment = super().to_python(value)
        if moment is None:
            return None
        if not in_reach(moment):
            years = {"first": FIRST_YEAR, "last": LAST_YEAR}
            raise ValidationError(_("The year must lie between %(first)d and %(last)d.") % years)
        if not on_earth(moment):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return moment


def future(moment: datetime | None) -> None:
    """Refuse a moment that is past."""
    if moment is not None and moment <= timezone.now():
        raise ValidationError(_("This must be in the future."))


def within(days: int, sentence: Any) -> Callable[[datetime | None], None]:
    """Make a validator that refuses, with this sentence, a moment farther off than these days."""

    def check(moment: datetime | None) -> None:
        if moment is not None and moment > timezone.now() + timedelta(days=days):
            raise ValidationError(sentence)

    return check


answer_in_time = within(60, gettext_lazy("An answer is asked for within 60 days at most."))
mandate_in_time = within(
    5 * 365 + 2, gettext_lazy("A mandate lasts five years at most: choose an earlier end.")
)


def require_text_of_h3(form: forms.Form, values: dict[str, Any], *, drop: bool = False) -> None:
    """Ask for the text of H3 where that code is chosen; with `drop` it goes where it is not."""
    if HandlingCode.H3 not in values.get("handling_codes", ()):
        if drop:
            values["handling_note"] = ""
    elif not values.get("handling_note") and not form.has_error("handling_note"):
        form.add_error("handling_note", _("H3 needs its text: what must be observed."))


def text_area(rows: int) -> forms.Textarea:
    """A text of several lines."""
    return forms.Textarea(attrs={"rows": rows})


def reason_field(**options: Any) -> forms.CharField:
    """Why, in a sentence that goes into the timeline and the log."""
    return forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, widget=text_area(3), **options
    )
