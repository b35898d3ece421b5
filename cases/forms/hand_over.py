"""Offer a dossier: to whom, the note, what the giver keeps, the mandate to ask for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.codes import Code
from cases.forms.dossiers import offer
from cases.forms.fields import (
    MomentField,
    answer_in_time,
    future,
    mandate_in_time,
    text_area,
)
from cases.forms.markings import unclassified
from cases.models.handovers import HandoverKind, Keeps
from cases.selectors.hand_over import Party
from lodesk.ui import times

CHECK, LEFT = "check_", "left_"  # before the code of a question of the checklist
PARTS = ("state", "promises", "deadline", "contacts", "risks")
# A rotation is a whole portfolio and has pages of its own.
BY_HAND = [(kind.value, kind.label) for kind in (HandoverKind.HANDOVER, HandoverKind.RETURN)]
MANDATE = ("mandate_purpose", "mandate_legal_basis", "mandate_conditions", "mandate_ends_at")


def _part(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=4000, widget=text_area(3), validators=[unclassified]
    )


def _read() -> forms.BooleanField:
    error = gettext_lazy("Read this part, then tick it.")
    return forms.BooleanField(label=gettext_lazy("Read"), error_messages={"required": error})


class HandOverForm(forms.Form):
    """The whole page; fields that make no sense for a dossier are left out."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=BY_HAND,
        widget=forms.RadioSelect,
        initial=HandoverKind.HANDOVER,
    )
    to = forms.ChoiceField(
        label=gettext_lazy("To whom"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose who.")},
    )
    answer_by = MomentField(label=gettext_lazy("Answer by"), validators=[future, answer_in_time])
    note_state = _part(gettext_lazy("Where it stands"))
    note_promises = _part(gettext_lazy("Promises made"))
    note_deadline = _part(gettext_lazy("Next deadline"))
    note_contacts = _part(gettext_lazy("Contacts"))
    note_risks = _part(gettext_lazy("Risks"))
    read_state = _read()
    read_promises = _read()
    read_deadline = _read()
    read_contacts = _read()
    read_risks = _read()
    giver_keeps = forms.ChoiceField(
        label=gettext_lazy("The handler until now keeps"), choices=Keeps.choices
    )
    giver_keeps_until = MomentField(
        label=gettext_lazy("Until"), required=False, validators=[future]
    )
    mandate_purpose = forms.CharField(
        label=gettext_lazy("What for"), max_length=300, validators=[unclassified]
    )
    mandate_legal_basis = forms.CharField(label=gettext_lazy("Legal basis"), max_length=160)
    mandate_conditions = forms.CharField(
        label=gettext_lazy("Conditions"),
        max_length=500,
        required=False,
        validators=[unclassified],
    )
    mandate_ends_at = MomentField(
        label=gettext_lazy("Ends"),
        validators=[future, mandate_in_time],
        help_text=gettext_lazy("A mandate always has an end."),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        parties: Sequence[Party],
        chosen: Party | None,
        kept_at_most: datetime | None,
        leave_out: Sequence[str],
        checks: Sequence[Code],
        initial: Mapping[str, Any],
    ) -> None:
        """`kept_at_most`: when the mandate ends under which the handler holds it, if any; `checks`:
        what is asked of this kind of dossier.
        """
        super().__init__(data, initial=dict(initial))
        self.chosen = chosen
        self.kept_at_most = kept_at_most
        self.checks = checks
        for each in checks:
            question = str(each.label)
            self.fields[CHECK + each.value] = forms.BooleanField(label=question, required=False)
            self.fields[LEFT + each.value] = forms.CharField(
                label=_("%(question)s Else, in a word") % {"question": question},
                max_length=120,
                required=False,
                validators=[unclassified],
            )
        offer(self, "to", [(party.value, party.label) for party in parties])
        for part in PARTS:
            named = self.fields[f"note_{part}"].label
            self.fields[f"read_{part}"].label = _("%(part)s: read") % {"part": named}
        if data is not None and not (chosen and chosen.crosses):
            for name in MANDATE:
                self.fields[name].required = False
        for name in leave_out:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """What is kept has an end; a return goes to the owner country."""
        values: dict[str, Any] = super().clean() or {}
        keeps = values.get("giver_keeps", Keeps.NOTHING)
        if keeps == Keeps.NOTHING:
            values["giver_keeps_until"] = None
        elif not values.get("giver_keeps_until") and "giver_keeps_until" not in self.errors:
            self.add_error("giver_keeps_until", _("What is kept needs an end."))
        self._check_kept(values.get("giver_keeps_until"))
        values["checklist"] = self._checklist(values)
        back = values.get("kind") == HandoverKind.RETURN
        if back and self.chosen is not None and self.chosen.foreign:
            self.add_error("to", _("A return goes to somebody of the owner country."))
        return values

    def _checklist(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Each question is ticked or answered with a word."""
        found = {}
        for each in self.checks:
            ticked, word = values.get(CHECK + each.value), values.get(LEFT + each.value, "")
            if not ticked and not word and not self.has_error(LEFT + each.value):
                self.add_error(LEFT + each.value, _("Tick it, or say in a word why not."))
            found[each.value] = "" if ticked else word
        return found

    def _check_kept(self, until: datetime | None) -> None:
        end = self.kept_at_most
        if until is not None and end is not None and until > end:
            sentence = _("Nothing is kept longer than the mandate of the handler: until %(date)s.")
            date = times.dated(timezone.localtime(end))
            self.add_error("giver_keeps_until", sentence % {"date": date})
