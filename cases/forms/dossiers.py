"""Open a dossier, and change one."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from accounts.models import Desk, Person
from cases import clocks, codes
from cases.forms import markings
from cases.forms.fields import MomentField, require_text_of_h3, text_area
from cases.models import Clock, Dossier
from cases.models.dossiers import CrimeArea, HandlingCode, Kind, Purpose, Urgency
from cases.selectors import languages
from lodesk.ui.forms import SectionedForm

LEGAL_BASIS = "Benelux police treaty 2018, art. 28"  # what a dossier usually rests on
CHOSEN = gettext_lazy("Choose one")
REQUESTS = (Kind.INCOMING_REQUEST, Kind.OUTGOING_REQUEST)
ASKED_OF_A_REQUEST = {
    "urgency_ground": gettext_lazy("An urgent request needs its ground."),
    "facts": gettext_lazy("A request that goes out says the facts and the offence."),
    "reasons": gettext_lazy("A request that goes out says why the other side has it."),
}
WHERE = ("owner", "desk", "host_country", "handle", "handler", "confined", "draft")


class DossierForm(SectionedForm):
    """What can be said of a dossier on opening, and changed later."""

    sections = (
        (gettext_lazy("Whose and where"), "", WHERE),
        (
            gettext_lazy("What is asked"),
            gettext_lazy("Unclassified words only: the title stands in lists."),
            (
                "kind", "title", "summary", "crime_area", "requesting_authority",
                "foreign_references",
            ),
        ),
        (
            gettext_lazy("Request"),
            gettext_lazy("What a request says: Directive (EU) 2023/977, art. 4(4) and (5)."),
            ("facts", "reasons", "people_concerned", "use_restriction"),
        ),
        (gettext_lazy("Why we may"), "", ("purpose", "legal_basis")),
        (
            gettext_lazy("By when"),
            gettext_lazy("A due time that follows from a rule is computed from the receipt."),
            ("urgency", "urgency_ground", "received_at", "due_rule", "due_at", "next_step"),
        ),
        (
            gettext_lazy("How to treat it"),
            "",
            ("handling_codes", "handling_note", "marking", "language"),
        ),
    )  # fmt: skip

    host_country = forms.ChoiceField(label=gettext_lazy("Host country"))
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=[("", CHOSEN), *Kind.choices])
    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=120, validators=[markings.unclassified]
    )
    summary = forms.CharField(
        label=gettext_lazy("Summary"),
        required=False,
        max_length=4000,
        widget=text_area(5),
        validators=[markings.unclassified],
    )
    crime_area = forms.ChoiceField(
        label=gettext_lazy("Crime area"), choices=CrimeArea.choices, required=False
    )
    requesting_authority = forms.CharField(
        label=gettext_lazy("Asked by"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("The authority, not the person."),
    )
    foreign_references = forms.CharField(
        label=gettext_lazy("References"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Numbers of other systems: SIENA, INTERPOL, national."),
    )
    purpose = forms.ChoiceField(
        label=gettext_lazy("Purpose"), choices=Purpose.choices, initial=Purpose.INVESTIGATION
    )
    legal_basis = forms.CharField(
        label=gettext_lazy("Legal basis"), max_length=160, initial=LEGAL_BASIS
    )
    urgency = forms.ChoiceField(
        label=gettext_lazy("Urgency"), choices=Urgency.choices, initial=Urgency.NORMAL
    )
    urgency_ground = forms.ChoiceField(
        label=gettext_lazy("Ground of urgency"),
        required=False,
        help_text=gettext_lazy("One ground suffices: art. 4(4)."),
    )
    facts = forms.CharField(
        label=gettext_lazy("Facts and offence"),
        required=False,
        max_length=4000,
        widget=text_area(3),
        help_text=gettext_lazy("The purpose: what happened, and which offence it is."),
        validators=[markings.unclassified],
    )
    reasons = forms.CharField(
        label=gettext_lazy("Why the other side has it"),
        required=False,
        max_length=2000,
        widget=text_area(2),
        help_text=gettext_lazy("Objective reasons to think the information is there."),
        validators=[markings.unclassified],
    )
    people_concerned = forms.CharField(
        label=gettext_lazy("People concerned"),
        required=False,
        max_length=2000,
        widget=text_area(2),
        help_text=gettext_lazy("How each person or organisation is linked to the purpose."),
        validators=[markings.unclassified],
    )
    use_restriction = forms.CharField(
        label=gettext_lazy("Use restriction"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Limits on using what the request itself says."),
        validators=[markings.unclassified],
    )
    received_at = MomentField(
        label=gettext_lazy("Received"), help_text=gettext_lazy("Your local time.")
    )
    due_rule = forms.ChoiceField(
        label=gettext_lazy("How long"),
        choices=[(rule.value, rule.label) for rule in clocks.ANSWER_RULES],
        required=False,
        help_text=gettext_lazy("Directive (EU) 2023/977, art. 5(1)."),
    )
    due_at = MomentField(
        label=gettext_lazy("Due"),
        required=False,
        help_text=gettext_lazy("Your local time. Only when it is set by hand."),
    )
    next_step = forms.CharField(
        label=gettext_lazy("Next step"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("In a few words: it stands in the lists."),
        validators=[markings.unclassified],
    )
    handling_codes = forms.MultipleChoiceField(
        label=gettext_lazy("Handling code"),
        choices=[(each.value, f"{each.value}") for each in HandlingCode],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("H0 always applies: for police purposes only."),
    )
    handling_note = forms.CharField(
        label=gettext_lazy("Text of H3"),
        max_length=300,
        required=False,
        validators=[markings.unclassified],
    )
    marking = forms.ChoiceField(label=gettext_lazy("Marking"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "handling_codes", [(e.value, f"{e.value}: {e.label}") for e in HandlingCode])
        offer(self, "marking", markings.choices())
        today = timezone.now().date()
        grounds = codes.choices(codes.URGENCY_GROUNDS, on=today)
        offer(self, "urgency_ground", [("", gettext_lazy("none")), *grounds])
        offer(self, "language", languages.choices())

    def clean_marking(self) -> str:
        """Refuse what is classified, with advice."""
        return markings.refuse_classified(self.cleaned_data["marking"])

    def clean_received_at(self) -> Any:
        """Refuse a receipt that is still to come."""
        received = self.cleaned_data["received_at"]
        if received > timezone.now():
            raise ValidationError(_("Nothing was received in the future."))
        return received

    def clean(self) -> dict[str, Any]:
        """H3 needs its text; a rule decides the due time."""
        values: dict[str, Any] = super().clean() or {}
        require_text_of_h3(self, values)
        self._check_request(values)
        if values.get("due_rule"):
            values["due_at"] = None
        return values

    def _check_request(self, values: dict[str, Any]) -> None:
        """An urgent request names its ground; one that goes out says what art. 4(5) wants."""
        if values.get("urgency") != Urgency.URGENT:
            values["urgency_ground"] = ""
        urgent = values.get("urgency") == Urgency.URGENT and values.get("kind") in REQUESTS
        goes_out = values.get("kind") == Kind.OUTGOING_REQUEST and not values.get("draft")
        asked = {
            "urgency_ground": urgent,
            **dict.fromkeys(("facts", "reasons"), goes_out),
        }
        for name in self.still_to_say(name for name, is_asked in asked.items() if is_asked):
            if not values.get(name) and not self.has_error(name):
                self.add_error(name, ASKED_OF_A_REQUEST[name])

    def still_to_say(self, names: Iterable[str]) -> Iterable[str]:
        """Of what a request must say, what this form must ask for."""
        return names


class NewDossierForm(DossierForm):
    """The same, and what never changes afterwards: whose it is, and at which desk."""

    owner = forms.ChoiceField(
        label=gettext_lazy("Owner"),
        help_text=gettext_lazy("Whose law applies. Another country only under its mandate."),
    )
    desk = forms.ChoiceField(label=gettext_lazy("Desk"))
    handle = forms.BooleanField(label=gettext_lazy("I handle it"), required=False, initial=True)
    handler = forms.ChoiceField(
        label=gettext_lazy("Handler"),
        required=False,
        help_text=gettext_lazy("Somebody of your country at that desk, or the team's queue."),
    )
    confined = forms.BooleanField(
        label=gettext_lazy("Confined"),
        required=False,
        help_text=gettext_lazy("The team sees nothing: only the handler and headquarters."),
    )
    draft = forms.BooleanField(label=gettext_lazy("Keep it as a draft"), required=False)

    def __init__(
        self,
        *args: Any,
        owners: Sequence[str],
        desks: Iterable[Desk],
        team: dict[str, list[Person]] | None,
        **kwargs: Any,
    ) -> None:
        """`team`: who can be chosen as handler, by desk code; None for who handles it himself."""
        super().__init__(*args, **kwargs)
        self.desks = {desk.code: desk for desk in desks}
        everybody = chain.from_iterable((team or {}).values())
        self.people = {str(each.public_id): each for each in everybody}
        self.team = team
        del self.fields["handle" if team is not None else "handler"]
        offer(self, "owner", [(code, code) for code in owners])
        offer(self, "desk", [(code, desk.city) for code, desk in self.desks.items()])
        offer(self, "host_country", host_countries(self.desks.values()))
        if team is not None:
            queue = ("", gettext_lazy("nobody yet: the team's queue"))
            offer(self, "handler", [queue, *self._people_by_desk()])

    def as_typed(self, data: QueryDict) -> dict[str, Any]:
        """What was sent, field by field, without judging it: to show the page again."""
        return {
            name: data.getlist(name)
            if isinstance(field, forms.MultipleChoiceField)
            else data.get(name, "")
            for name, field in self.fields.items()
        }

    def _ask_until_when(self, values: dict[str, Any]) -> None:
        """An urgent request that came in has an end from the start (product.md section 3)."""
        came_in = values.get("kind") == Kind.INCOMING_REQUEST and not values.get("draft")
        urgent = came_in and values.get("urgency") == Urgency.URGENT
        said = values.get("due_rule") or values.get("due_at") or self.has_error("due_at")
        if urgent and not said:
            sentence = _(
                "An urgent request is due at some time: choose how long, or set it by hand."
            )
            self.add_error("due_rule", sentence)

    def _people_by_desk(self) -> list[tuple[str, list[tuple[str, str]]]]:
        return [
            (self.desks[code].city, [(str(each.public_id), each.name) for each in people])
            for code, people in (self.team or {}).items()
        ]

    def clean(self) -> dict[str, Any]:
        """The host country and the handler belong to the desk."""
        values = super().clean()
        self._ask_until_when(values)
        alone = values.get("confined") and "handle" in self.fields
        if alone and not values.get("handle"):
            sentence = _("Nobody at the desk would see a confined dossier in the queue: tick this.")
            self.add_error("handle", sentence)
        desk = self.desks.get(values.get("desk", ""))
        if desk is None:
            return values
        values["desk"] = desk
        host = values.get("host_country")
        if host and host not in desk.accredited_countries:
            self.add_error("host_country", _("%(city)s does not serve it.") % {"city": desk.city})
        handler = values.get("handler")
        if handler:
            values["handler"] = self.people[handler]
            if self.people[handler] not in (self.team or {}).get(desk.code, []):
                self.add_error("handler", _("This person has no posting at the desk."))
        return values


class ChangeDossierForm(DossierForm):
    """The same for a dossier that exists; `version` is the one that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, dossier: Dossier, clock: Clock | None, **kwargs: Any) -> None:
        """`clock`: the one for the answer, from which the fields of the due time are filled."""
        self.dossier = dossier
        self.stored: dict[str, Any] = {
            "received_at": dossier.received_at,
            "due_rule": clock.rule if clock else "",
            "due_at": clock.term_at if clock else None,
        }
        names = {*DossierForm.base_fields, "version"} - self.stored.keys()
        initial = {name: getattr(dossier, name) for name in names} | self.stored
        super().__init__(*args, initial=initial, **kwargs)
        offer(self, "host_country", host_countries([dossier.desk]))

    def still_to_say(self, names: Iterable[str]) -> Iterable[str]:
        """Ask for what was said and is gone; a request of before is not held up for the rest."""
        before, now = self.dossier, self.cleaned_data
        new = before.kind != now.get("kind") or before.urgency != now.get("urgency")
        return [name for name in names if new or getattr(before, name)]

    def clean(self) -> dict[str, Any]:
        """A moment that was not touched stays exact: pages show minutes."""
        values = super().clean()
        for name in ("received_at", "due_at"):
            stored, typed = self.stored[name], values.get(name)
            if stored and typed and stored.replace(second=0, microsecond=0) == typed:
                values[name] = stored
        return values


def offer(form: forms.Form, name: str, choices: Iterable[Any]) -> None:
    """Set the choices of a field that are known only for this reader."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101  (declared as one above)
    field.choices = list(choices)


def host_countries(desks: Iterable[Desk]) -> list[Any]:
    """Countries a desk is accredited in, by name; under the names of the desks if several."""
    groups: list[Any] = [(desk.city, _named(desk.accredited_countries)) for desk in desks]
    return groups[0][1] if len(groups) == 1 else groups


def _named(codes: Iterable[str]) -> list[tuple[str, str]]:
    named = [(code, str(countries.name(code))) for code in codes]
    return sorted(named, key=lambda choice: choice[1])
