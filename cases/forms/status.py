"""Take a step in the life of a dossier."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases import codes
from cases.forms.dossiers import offer
from cases.forms.fields import MomentField, future, reason_field
from cases.selectors.steps import StatusStep
from cases.states import Step

ASKS = {Step.WAIT.value: "waiting_until", Step.CLOSE.value: "result"}
NEEDED = {
    "waiting_until": _("Until when does it wait? Then somebody looks again."),
    "result": _("Say how the dossier ended."),
}


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
    waiting_until = MomentField(
        label=_("Until when"),
        required=False,
        validators=[future],
        help_text=_("Your local time. For who waits: then somebody looks again."),
    )
    result = forms.ChoiceField(
        label=_("Result"), required=False, help_text=_("For who closes: how it ended.")
    )
    reason = reason_field(required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, steps: Sequence[StatusStep], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "step", [(each.value, each.label) for each in steps])
        possible = {each.value.partition(":")[0] for each in steps if each.allowed}
        self._drop_what_no_step_asks(possible)
        if "result" in self.fields:
            results = codes.choices(codes.RESULTS, on=timezone.now().date())
            offer(self, "result", [("", _("Choose one")), *results])

    def _drop_what_no_step_asks(self, steps: set[str]) -> None:
        for step, name in ASKS.items():
            if step not in steps:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Waiting needs an end, closing a result."""
        values: dict[str, Any] = super().clean() or {}
        step = values.get("step", "").partition(":")[0]
        name = ASKS.get(step, "")
        if name in self.fields and not values.get(name) and not self.has_error(name):
            self.add_error(name, NEEDED[name])
        return values

    @property
    def chosen(self) -> tuple[Step, str]:
        """The step and, where it waits, for whom."""
        step, _colon, whom = self.cleaned_data["step"].partition(":")
        return Step(step), whom
