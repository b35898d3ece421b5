"""What one may do on the page of a person or an object: withdraw it, connect it, disconnect it."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User
from cases.forms.party_acts import ConnectForm, DisconnectForm, WithdrawForm
from cases.models import Connection, Dossier, Party
from cases.selectors import parties
from cases.selectors.party_pages import PartyPage
from cases.services import connections
from cases.services import parties as services
from cases.services.dossiers import StaleError

ACTS = ("withdraw", "connect", "disconnect")


def somebody_was_faster() -> str:
    """What who was slower reads."""
    return _("Somebody changed this while you wrote. Nothing was saved.")


class PartyActs:
    """The three forms of the page; only the one that was sent is bound."""

    def __init__(
        self, request: HttpRequest, dossier: Dossier, party: Party, page: PartyPage
    ) -> None:
        sent = request.POST.get("action", "")
        data = {name: request.POST if sent == name else None for name in ACTS}
        others = parties.present(dossier).exclude(origin=party.origin_id)
        self.party = party
        self.withdraw = WithdrawForm(data["withdraw"], prefix="withdraw")
        self.connect = ConnectForm(data["connect"], others=others)
        self.disconnect = DisconnectForm(
            data["disconnect"], lines=page.connections, prefix="disconnect"
        )

    def done(self, action: str, user: User) -> bool:
        """Do what was sent; False when the form, or somebody who was faster, stands in the way."""
        form = {"withdraw": self.withdraw, "connect": self.connect}.get(action, self.disconnect)
        if not form.is_valid():
            return False
        try:
            self._do(action, user, form.cleaned_data)
        except StaleError:
            form.add_error(None, somebody_was_faster())
            return False
        return True

    def _do(self, action: str, user: User, values: dict[str, Any]) -> None:
        if action == "withdraw":
            services.withdraw(party=self.party, by=user, reason=values["reason"])
        elif action == "connect":
            connections.connect(
                one=self.party,
                other=self.connect.chosen,
                kind=values["how"],
                note=values["note"],
                by=user,
            )
        else:
            found = Connection.objects.get(pk=values["connection"])
            connections.disconnect(connection=found, by=user, reason=values["reason"])
