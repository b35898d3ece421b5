"""Begin, plan and offer a rotation; answer what one is offered by it."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person
from cases.forms.dossiers import offer
from cases.forms.fields import MomentField, answer_in_time, future, text_area
from cases.selectors.rotation_pages import MovingRow
from cases.selectors.rotations import Colleague

Choices = Iterable[tuple[str, str]]


class LeaverForm(forms.Form):
    """Who leaves which desk."""

    leaver = forms.ChoiceField(
        label=gettext_lazy("Who leaves"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose who.")},
    )

    def __init__(self, *args: Any, leavers: Choices, **kwargs: Any) -> None:
        """`leavers`: oneself at one's desks, and the teams one heads."""
        super().__init__(*args, **kwargs)
        offer(self, "leaver", leavers)


class PlanForm(forms.Form):
    """To whom each dossier goes; until when an answer is asked, for who offers them now."""

    everything = forms.ChoiceField(label=gettext_lazy("Give all of these to"), required=False)
    answer_by = MomentField(
        label=gettext_lazy("Answer by"), required=False, validators=[future, answer_in_time]
    )

    def __init__(
        self,
        *args: Any,
        rows: Sequence[MovingRow],
        people: Sequence[Colleague],
        offers: bool = False,
        **kwargs: Any,
    ) -> None:
        """`offers`: whether the dossiers are offered as well, which asks for an end."""
        super().__init__(*args, **kwargs)
        self.people = {each.value: each.person for each in people}
        names = [(each.value, _named(each)) for each in people]
        offer(self, "everything", [("", _("as chosen for each")), *names])
        self.fields["answer_by"].required = offers
        self.keys = {f"to-{row.key}": row.key for row in rows}
        for row in rows:
            self.fields[f"to-{row.key}"] = forms.ChoiceField(
                label=_("%(reference)s to") % {"reference": row.reference},
                choices=[("", _("nobody")), *names],
                initial=row.chosen,
                required=False,
            )

    def receivers(self) -> dict[UUID, Person | None]:
        """Whom each dossier is to go to, by its key; nobody is None."""
        values = self.cleaned_data
        return {
            key: self.people.get(values["everything"] or values[name])
            for name, key in self.keys.items()
        }


def _named(each: Colleague) -> str:
    """ "A. Example, 12 on hand, absent today"."""
    values = {"who": each.person.name, "count": each.load}
    if each.absent:
        return _("%(who)s, %(count)d on hand, absent today") % values
    return _("%(who)s, %(count)d on hand") % values


class AnswerForm(forms.Form):
    """Which of the offered dossiers, and why not."""

    lines = forms.MultipleChoiceField(
        label=gettext_lazy("Dossiers"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Tick at least one dossier.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason, to decline"),
        max_length=500,
        required=False,
        widget=text_area(2),
        help_text=gettext_lazy("Who offered it reads this, and so do the dossier's readers."),
    )

    def __init__(self, *args: Any, lines: Choices, action: str = "", **kwargs: Any) -> None:
        """`action`: what is done with the ticked ones; all of them need no tick."""
        super().__init__(*args, **kwargs)
        self.action, choices = action, list(lines)
        self.keys = [key for key, _label in choices]
        offer(self, "lines", choices)
        self.fields["lines"].required = action != "accept_all"

    def clean_reason(self) -> str:
        """Who declines says why."""
        reason = str(self.cleaned_data["reason"])
        if self.action == "decline" and not reason:
            raise ValidationError(_("Say why you decline."))
        return reason

    def chosen(self) -> list[UUID]:
        """Keys of the lines that are answered."""
        ticked = self.keys if self.action == "accept_all" else self.cleaned_data["lines"]
        return [UUID(key) for key in ticked]
