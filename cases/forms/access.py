"""At which moment to look."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.fields import MomentField


class MomentForm(forms.Form):
    """A moment, past or to come; now without one."""

    at = MomentField(label=_("As of"), required=False)
