"""What the demo's people do: offers, a mandate given, an acceptance; each as that person."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Desk, NationalGroup, Person, User
from cases import codes
from cases.models import Dossier, Handover, Mandate
from cases.selectors import people
from cases.services import handovers, mandates
from cases.services.handovers import MandateAsked, Note, Terms
from cases.states import Level
from lodesk.border.context import acting_as

Users = Mapping[str, User]
LEGAL_BASIS = "Benelux police treaty 2018, art. 28; implementing arrangement between the services"


def play(users: Users, dossiers: Mapping[str, Dossier]) -> None:
    """One dossier under mandate, one under a standing mandate, one waiting, one offered at home."""
    _under_mandate(users, dossiers["bananas"])
    _under_standing_mandate(users, dossiers["laundering"])
    _waiting_for_mandate(users, dossiers["seals"])
    _offered_at_home(users, dossiers["rotterdam"])


def _under_mandate(users: Users, dossier: Dossier) -> None:
    giver, taker, coordinator = (users[key] for key in ("be-lo-bog", "nl-lo-bog", "be-coordinator"))
    handover = _offer(dossier, by=giver, to=taker, asked=_asked("Stand in for A. Voorbeeld"))
    with acting_as(coordinator.pk):
        mandate = Mandate.objects.get(handover=handover)
        mandates.give(
            mandate=mandate,
            by=coordinator,
            ends_at=timezone.now() + timedelta(days=38),
            conditions="H2: nothing to the host authority or to NL services without consent of BE",
        )
    with acting_as(taker.pk):
        handovers.accept(handover=handover, by=taker)


def _under_standing_mandate(users: Users, dossier: Dossier) -> None:
    asker, coordinator, taker = (users[key] for key in ("lu-hq", "lu-coordinator", "nl-lo-bog"))
    bogota = Desk.objects.get(code="BOG")
    with acting_as(asker.pk):
        mandate = mandates.ask_standing(
            owner="LU",
            desk=bogota,
            by=asker,
            to=_dutch_team(bogota),
            level=Level.HANDLE,
            purpose="investigation",
            purpose_text="Luxembourg has no officers at the desk",
            legal_basis=LEGAL_BASIS,
            starts_at=timezone.now(),
            ends_at=timezone.now() + timedelta(days=180),
        )
    with acting_as(coordinator.pk):
        mandates.give(mandate=mandate, by=coordinator, ends_at=mandate.ends_at)
    handover = _offer(dossier, by=asker, to=taker)
    with acting_as(taker.pk):
        handovers.accept(handover=handover, by=taker)


def _waiting_for_mandate(users: Users, dossier: Dossier) -> None:
    asked = _asked("Leave of A. Voorbeeld in December")
    _offer(dossier, by=users["be-lo-bog"], to=users["nl-lo-bog"], asked=asked)


def _offered_at_home(users: Users, dossier: Dossier) -> None:
    _offer(dossier, by=users["nl-lo-bog"], to=users["nl-lo2-bog"])


def _offer(dossier: Dossier, *, by: User, to: User, asked: MandateAsked | None = None) -> Handover:
    with acting_as(by.pk):
        return handovers.offer(
            dossier=dossier,
            by=by,
            to=Person.objects.get(pk=to.pk),
            note=_note(dossier),
            terms=Terms(answer_by=_tomorrow()),
            asked=asked,
        )


def _note(dossier: Dossier) -> Note:
    return Note(
        note_state=dossier.summary,
        note_promises="A first answer was promised to headquarters before the due time.",
        note_deadline=dossier.next_step,
        note_contacts="Capt. R. Ejemplo, Policía Antinarcóticos, Guayaquil.",
        note_risks="The codes of the dossier bind: ask before passing anything on.",
        checklist={each.value: "" for each in codes.checks(dossier.kind)}
        | {"contacts": "The port authority by telephone, tomorrow."},
    )


def _asked(what_for: str) -> MandateAsked:
    return MandateAsked(
        purpose="investigation",
        purpose_text=what_for,
        legal_basis=LEGAL_BASIS,
        conditions="",
        ends_at=timezone.now() + timedelta(days=38),
    )


def _tomorrow() -> datetime:
    moment: datetime = timezone.now() + timedelta(hours=24)
    return moment.replace(minute=0, second=0, microsecond=0)


def _dutch_team(desk: Desk) -> NationalGroup:
    team = people.team_of("NL", desk.pk)
    if team is None:
        raise LookupError("the Netherlands have a team at this desk")
    return team
