"""Give a dossier to another of the team: to whom, and why."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from cases.forms.dossiers import offer
from cases.forms.fields import reason_field
from cases.forms.markings import unclassified
from cases.selectors.hand_over import Party


class ReassignForm(forms.Form):
    """Who handles it from now on, and why."""

    to = forms.ChoiceField(
        label=gettext_lazy("To whom"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose who.")},
    )
    reason = reason_field(
        help_text=gettext_lazy("It stands in the timeline with your name."),
        validators=[unclassified],
    )

    def __init__(self, *args: Any, parties: Sequence[Party], **kwargs: Any) -> None:
        """`parties`: who of the team can be given it."""
        super().__init__(*args, **kwargs)
        offer(self, "to", [(party.value, party.label) for party in parties])
