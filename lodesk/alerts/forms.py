"""How somebody wants to be told by mail."""

from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lodesk.alerts.models import How


class HourField(forms.TimeField):
    """A time of the day, with the browser's own picker."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        super().__init__(widget=widget, input_formats=["%H:%M"], required=False, **options)


class MailPreferenceForm(forms.Form):
    """When the mails come that need not come at once, and the hours in which none comes."""

    tasks = forms.ChoiceField(label=gettext_lazy("Tasks"), choices=How.choices)
    openings = forms.ChoiceField(
        label=gettext_lazy("Dossiers opened for you or your team"), choices=How.choices
    )
    quiet_from = HourField(
        label=gettext_lazy("Quiet from"),
        help_text=gettext_lazy(
            "What comes meanwhile is sent when they end. Offers you have to answer and deadlines"
            " near or past are sent all the same."
        ),
    )
    quiet_until = HourField(label=gettext_lazy("Quiet until"))

    def clean_quiet_until(self) -> time | None:
        """Quiet hours have a beginning and an end, and leave some hours of the day."""
        begins, ends = self.cleaned_data.get("quiet_from"), self.cleaned_data["quiet_until"]
        if "quiet_from" in self.errors:
            return None
        if (begins is None) != (ends is None):
            raise ValidationError(_("Give both times, or none."))
        if begins is not None and begins == ends:
            raise ValidationError(_("The quiet hours must end at another time than they begin."))
        found: time | None = ends
        return found
