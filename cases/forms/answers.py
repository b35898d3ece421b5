"""Answer an offer, and decide on a mandate."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.forms.fields import MomentField, future, mandate_in_time, reason_field
from cases.models import Mandate


class DeclineForm(forms.Form):
    """Why not."""

    reason = reason_field(
        help_text=gettext_lazy("Who offered it reads this, and so do the dossier's readers.")
    )


class GiveForm(forms.Form):
    """On which conditions a mandate is given, and until when."""

    conditions = forms.CharField(label=gettext_lazy("Conditions"), max_length=500, required=False)
    legal_basis = forms.CharField(label=gettext_lazy("Legal basis"), max_length=160)
    starts_at = MomentField(label=gettext_lazy("From"))
    ends_at = MomentField(
        label=gettext_lazy("Until"),
        validators=[future, mandate_in_time],
        error_messages={"required": gettext_lazy("A mandate always has an end: say until when.")},
        help_text=gettext_lazy("Your local time. Access ends at that minute, by itself."),
    )

    def __init__(self, data: Any = None, *, mandate: Mandate) -> None:
        initial = {
            name: getattr(mandate, name)
            for name in ("conditions", "legal_basis", "starts_at", "ends_at")
        }
        super().__init__(data, prefix="give", initial=initial)
        if mandate.dossier_id is not None:
            del self.fields["starts_at"]  # the offer that waits for it goes out at once

    def clean(self) -> dict[str, Any]:
        """The end comes after the beginning."""
        values: dict[str, Any] = super().clean() or {}
        start, end = values.get("starts_at"), values.get("ends_at")
        if start and end and end <= start:
            raise ValidationError({"ends_at": _("This must come after the beginning.")})
        return values


class RefuseForm(forms.Form):
    """Why not."""

    reason = reason_field(help_text=gettext_lazy("Who asked reads this."))


class EndForm(forms.Form):
    """Nothing to say: the button says it."""
