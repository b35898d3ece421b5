"""Take a step in the life of a dossier."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.dossiers import offer
from cases.forms.fields import reason_field
from cases.selectors.steps import StatusStep
from cases.states import Step


class StatusForm(forms.Form):
    """Which step, and why."""

    step = forms.ChoiceField(
        label=_("Step"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a step."),
            "invalid_choice": _("This step is not possible now: the dossier has changed."),
        },
    )
    reason = reason_field(required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, steps: Sequence[StatusStep], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "step", [(each.value, each.label) for each in steps])

    @property
    def chosen(self) -> tuple[Step, str]:
        """The step and, where it waits, for whom."""
        step, _colon, whom = self.cleaned_data["step"].partition(":")
        return Step(step), whom
