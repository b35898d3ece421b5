"""What a template of new dossiers says."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from cases.forms import markings
from cases.forms.dossiers import CHOSEN, LEGAL_BASIS, offer
from cases.forms.fields import text_area
from cases.models.dossiers import Kind, Purpose
from cases.selectors import languages
from lodesk.ui.forms import SectionedForm


class TemplateForm(SectionedForm):
    """Its name and kind, and what it fills in. What it leaves empty is left to the officer."""

    sections = (
        (
            gettext_lazy("Which dossiers"),
            gettext_lazy("The name stands on the page of a new dossier."),
            ("name", "kind"),
        ),
        (
            gettext_lazy("What it fills in"),
            gettext_lazy("Nothing that was typed is overwritten."),
            ("title", "summary", "purpose", "legal_basis", "language", "next_step"),
        ),
    )

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=60, validators=[markings.unclassified]
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=[("", CHOSEN), *Kind.choices])
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=120,
        required=False,
        validators=[markings.unclassified],
    )
    summary = forms.CharField(
        label=gettext_lazy("Summary"),
        required=False,
        max_length=4000,
        widget=text_area(5),
        validators=[markings.unclassified],
    )
    purpose = forms.ChoiceField(
        label=gettext_lazy("Purpose"), choices=Purpose.choices, initial=Purpose.INVESTIGATION
    )
    legal_basis = forms.CharField(
        label=gettext_lazy("Legal basis"), max_length=160, initial=LEGAL_BASIS
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"))
    next_step = forms.CharField(
        label=gettext_lazy("Next step"),
        max_length=80,
        required=False,
        validators=[markings.unclassified],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "language", languages.choices())
