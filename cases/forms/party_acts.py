"""What one may do with a person or an object that stands in a dossier."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from cases.forms.dossiers import offer
from cases.forms.fields import reason_field
from cases.forms.markings import unclassified
from cases.models import Party
from cases.models.connections import ConnectionKind
from cases.selectors import parties
from cases.selectors.party_pages import ConnectionLine

CHOSEN = gettext_lazy("Choose one")


class WithdrawForm(forms.Form):
    """Why it is taken out."""

    reason = reason_field(validators=[unclassified])


class ConnectForm(forms.Form):
    """How this party is connected with another of the dossier."""

    how = forms.ChoiceField(
        label=gettext_lazy("Connection"), choices=[("", CHOSEN), *ConnectionKind.choices]
    )
    other = forms.ChoiceField(label=gettext_lazy("With"))
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=200, required=False, validators=[unclassified]
    )

    def __init__(self, *args: Any, others: Iterable[Party], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others = {str(each.origin_id): each for each in others}
        named = [(key, f"{parties.label(each)} ({parties.what(each)})")
                 for key, each in self.others.items()]  # fmt: skip
        offer(self, "other", [("", CHOSEN), *named])

    @property
    def chosen(self) -> Party:
        """The other party of a valid form."""
        return self.others[self.cleaned_data["other"]]


class DisconnectForm(forms.Form):
    """Which connection is withdrawn, and why."""

    connection = forms.ChoiceField(label=gettext_lazy("Connection"))
    reason = reason_field(validators=[unclassified])

    def __init__(self, *args: Any, lines: Sequence[ConnectionLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(each.key), f"{each.how} {each.name}") for each in lines]
        offer(self, "connection", choices)
