"""Start an own deadline, pause a clock, let it run again, settle it."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.clocks import IntervalKind, SettledAs
from cases.forms.fields import MomentField, future, reason_field
from cases.forms.markings import unclassified


def past(moment: datetime | None) -> None:
    """Refuse a moment that is still to come."""
    if moment is not None and moment > timezone.now():
        raise ValidationError(_("This cannot be in the future."))


LOCAL_TIME = gettext_lazy("Your local time.")


class OwnClockForm(forms.Form):
    """What is promised, and until when."""

    text = forms.CharField(
        label=gettext_lazy("What is due"),
        max_length=120,
        validators=[unclassified],
        help_text=gettext_lazy("In a few words: it stands beside the timeline."),
    )
    due_at = MomentField(
        label=gettext_lazy("Due"), validators=[future], help_text=LOCAL_TIME
    )  # fmt: skip


class PauseForm(forms.Form):
    """Why a clock stands still, and since when."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Why"),
        choices=IntervalKind.choices,
        widget=forms.RadioSelect,
        initial=IntervalKind.CLARIFICATION,
    )
    starts_at = MomentField(
        label=gettext_lazy("Since"),
        validators=[past],
        help_text=gettext_lazy(
            "Your local time. Of a clarification: when the asker received the question."
        ),
    )
    expected_until = MomentField(
        label=gettext_lazy("Expected until"),
        required=False,
        help_text=gettext_lazy("Of a judicial authorisation: the asker is told at once."),
    )
    reason = reason_field(required=False, validators=[unclassified])

    def clean(self) -> dict[str, Any]:
        """The asker of what needs a court is told how long it takes, and why (art. 5(2))."""
        values: dict[str, Any] = super().clean() or {}
        if values.get("kind") != IntervalKind.AUTHORISATION:
            values["expected_until"] = None
            return values
        start, end = values.get("starts_at"), values.get("expected_until")
        if not values.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("The asker is told why: say it."))
        if end is None and "expected_until" not in self.errors:
            self.add_error("expected_until", _("The asker is told how long it takes: say it."))
        elif start and end and end <= start:
            self.add_error("expected_until", _("This must come after the beginning."))
        return values


class ResumeForm(forms.Form):
    """Since when a clock runs again."""

    ends_at = MomentField(
        label=gettext_lazy("It ended"), validators=[past], help_text=LOCAL_TIME
    )  # fmt: skip

    def __init__(self, *args: Any, starts_at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.starts_at = starts_at

    def clean_ends_at(self) -> datetime:
        """The end comes after the beginning."""
        ends_at: datetime = self.cleaned_data["ends_at"]
        if ends_at < self.starts_at:
            raise ValidationError(_("This must come after the beginning."))
        return ends_at


class SettleForm(forms.Form):
    """That it is done, or no longer needed, and when."""

    settled_as = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=[(each.value, each.label) for each in (SettledAs.DONE, SettledAs.DROPPED)],
        widget=forms.RadioSelect,
        initial=SettledAs.DONE,
    )
    at = MomentField(label=gettext_lazy("When"), validators=[past], help_text=LOCAL_TIME)


class ChaseForm(forms.Form):
    """When the host authority was reminded."""

    at = MomentField(label=gettext_lazy("Reminded"), validators=[past], help_text=LOCAL_TIME)
