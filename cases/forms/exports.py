"""What is to be made of a dossier, for which use, and why."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases import policy
from cases.forms.fields import reason_field
from cases.models.exports import ExportForm, ExportUse


class AskForm(forms.Form):
    """A print or a package. Which uses a person may choose says the policy."""

    form = forms.ChoiceField(
        label=_("What is made"),
        choices=ExportForm.choices,
        initial=ExportForm.PRINT,
        widget=forms.RadioSelect,
    )
    use = forms.ChoiceField(
        label=_("What for"),
        choices=ExportUse.choices,
        initial=ExportUse.WORK,
        widget=forms.RadioSelect,
    )
    consent = forms.CharField(
        label=_("Consent of the provider"),
        help_text=_("Who consented, when, and where it is written. Then nothing is kept back."),
        max_length=200,
        required=False,
    )
    reason = reason_field(help_text=_("It stands in the log of the owner country, with your name."))

    def __init__(
        self, *args: Any, may_choose: frozenset[str], may_say_consent: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        use = self.fields["use"]
        assert isinstance(use, forms.ChoiceField)  # noqa: S101  (declared above)
        use.choices = [each for each in ExportUse.choices if each[0] in may_choose]
        if not may_say_consent:
            del self.fields["consent"]

    def clean(self) -> dict[str, Any]:
        """Consent is to a use that a handling code could forbid; alone it means nothing."""
        values = super().clean() or {}
        if values.get("use") not in policy.KEPT_BACK:
            values["consent"] = ""
        return values
