"""Whom to put on duty, and for how long."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Posting
from accounts.models.duty import LONGEST
from cases.forms.dossiers import offer
from cases.forms.fields import MomentField, future
from cases.selectors import duty as selectors

if TYPE_CHECKING:
    from accounts.models import User

LOCAL_TIME = gettext_lazy("Your local time.")


class TakeOffForm(forms.Form):
    """Which turn somebody is taken off."""

    duty = forms.UUIDField(widget=forms.HiddenInput)


class DutyForm(forms.Form):
    """One turn. Turns may overlap: then both are told."""

    who = forms.ChoiceField(label=gettext_lazy("Who"))
    starts_at = MomentField(label=gettext_lazy("From"), help_text=LOCAL_TIME)
    ends_at = MomentField(
        label=gettext_lazy("Until"), validators=[future], help_text=LOCAL_TIME
    )  # fmt: skip

    def __init__(self, *args: Any, user: "User", **kwargs: Any) -> None:
        """`user`: who keeps the roster; only people of that team or headquarters are offered."""
        super().__init__(*args, **kwargs)
        self._user = user
        self.posting: Posting | None = None
        offer(self, "who", [("", gettext_lazy("Choose one")), *selectors.choices(user)])

    def clean(self) -> dict[str, Any]:
        """A turn ends after it begins, within a month, and within a posting there."""
        values: dict[str, Any] = super().clean() or {}
        who, start, end = values.get("who"), values.get("starts_at"), values.get("ends_at")
        if not (who and start and end):
            return values
        self._check(who, start, end)
        return values

    def _check(self, who: str, start: datetime, end: datetime) -> None:
        if end <= start:
            self.add_error("ends_at", _("This must come after the beginning."))
        elif end > start + LONGEST:
            self.add_error("ends_at", _("A turn lasts a month at most: make several."))
        else:
            self.posting = selectors.covering(self._user, who, start, end)
            if self.posting is None:
                self.add_error("who", _("Has no posting there for all of that time."))
