"""What to look for."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SearchForm(forms.Form):
    """One line: a reference, or words of a title."""

    q = forms.CharField(label=_("Search"), required=False, max_length=200)


class KnownForm(forms.Form):
    """The beginning of a name or a number."""

    name = forms.CharField(label=_("Name or number"), required=False, max_length=100)
