"""Make a task, move it, drop it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from cases.forms.dossiers import offer
from cases.forms.fields import MomentField, future, text_area
from cases.forms.markings import unclassified


class AssignForm(forms.Form):
    """Who is to do it, and by when."""

    assignee = forms.ChoiceField(
        label=gettext_lazy("Who"),
        help_text=gettext_lazy("People who may add to this dossier now. A task gives no access."),
    )
    due_at = MomentField(label=gettext_lazy("Due"), help_text=gettext_lazy("Your local time."))

    def __init__(self, *args: Any, people: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        """`people`: who can be given the task, by public key."""
        super().__init__(*args, **kwargs)
        offer(self, "assignee", people)

    def clean_due_at(self) -> datetime:
        """A new due time is to come; one that was not touched stays exact, and may be past."""
        typed: datetime = self.cleaned_data["due_at"]
        before: datetime | None = self.initial.get("due_at")
        if before is not None and before.replace(second=0, microsecond=0) == typed:
            return before
        future(typed)
        return typed


class TaskForm(AssignForm):
    """What is to be done, by whom and by when."""

    title = forms.CharField(label=gettext_lazy("What"), max_length=120, validators=[unclassified])
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=2000,
        widget=text_area(4),
        validators=[unclassified],
    )
    field_order = ("title", "note", "assignee", "due_at")


class MoveForm(AssignForm):
    """Another person, or another due time."""

    prefix = "move"


class DropForm(forms.Form):
    """Why it need not be done any more."""

    prefix = "drop"
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=text_area(2),
        help_text=gettext_lazy("It stands in the timeline with your name."),
        validators=[unclassified],
    )
