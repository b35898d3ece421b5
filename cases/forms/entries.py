"""A note for the timeline."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.fields import text_area
from cases.forms.markings import unclassified
from cases.models.dossiers import HandlingCode
from cases.selectors import languages

LONGEST = 20_000


class EntryForm(forms.Form):
    """What is noted, in which language, and how it may be used."""

    text = forms.CharField(
        label=_("Note"), max_length=LONGEST, widget=text_area(4), validators=[unclassified]
    )
    language = forms.ChoiceField(label=_("Language"))
    handling_codes = forms.MultipleChoiceField(
        label=_("Handling code"),
        choices=[(code.value, code.value) for code in HandlingCode],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["language"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (declared above)
        field.choices = languages.choices()
