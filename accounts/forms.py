"""What a person can set for the own account."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import Desk, Headquarters


class LanguageForm(forms.Form):
    """A language of the site."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class ProfileForm(LanguageForm):
    """Language and time zone."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        help_text=_("Only this changes what “here” means on your pages."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["time_zone"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (declared above)
        field.choices = [("", _("as at your desk")), *time_zones()]


def time_zones() -> list[tuple[str, str]]:
    """The zones of desks and headquarters, by city."""
    desks = Desk.objects.values_list("time_zone", "city")
    headquarters = Headquarters.objects.values_list("time_zone", "zone_city")
    return sorted({*desks, *headquarters}, key=lambda zone: zone[1])
