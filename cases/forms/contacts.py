"""Add a contact, change it, hand it over, retire it; and what to look for in the list."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Desk, Person
from cases import identifiers
from cases.forms.dossiers import host_countries, offer
from cases.forms.fields import text_area
from cases.forms.filters import ALL, GONE
from cases.forms.markings import unclassified
from cases.identifiers import IdentifierKind
from cases.models import Contact
from cases.models.contacts import MOST_PHONES, SAID, ContactKind
from cases.models.entries import Channel
from cases.selectors import contacts, languages, search
from cases.states import Sight
from lodesk.ui.forms import PlainSelect, SectionedForm

CHOSEN = gettext_lazy("Choose one")


class ContactForm(SectionedForm):
    """Whom one reaches, how, and who sees it."""

    sections = (
        (
            gettext_lazy("Who it is"),
            gettext_lazy("A person, an authority, or both. Informants do not belong here."),
            ("desk", "name", "authority", "function", "kind", "host_country"),
        ),
        (
            gettext_lazy("How to reach it"),
            gettext_lazy("What the work needs, nothing private."),
            ("phones", "email", "channel", "languages"),
        ),
        (
            gettext_lazy("What to know, and who sees it"),
            gettext_lazy("Every change is a new version; the ones before stay on record."),
            ("note", "visibility"),
        ),
    )

    desk = forms.ChoiceField(label=gettext_lazy("Desk"))
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, required=False, validators=[unclassified]
    )
    authority = forms.CharField(
        label=gettext_lazy("Authority or organisation"),
        max_length=160,
        required=False,
        validators=[unclassified],
    )
    function = forms.CharField(
        label=gettext_lazy("Function"), max_length=120, required=False, validators=[unclassified]
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[("", CHOSEN), *ContactKind.choices]
    )
    host_country = forms.ChoiceField(label=gettext_lazy("Host country"))
    phones = forms.CharField(
        label=gettext_lazy("Telephones"),
        required=False,
        widget=text_area(3),
        help_text=gettext_lazy(
            "One a line, with the country code or as dialled in the host country. A wrong number is"
            " kept, with a warning."
        ),
        validators=[unclassified],
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=120, required=False)
    channel = forms.ChoiceField(
        label=gettext_lazy("Preferred channel"), choices=Channel.choices, required=False
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"), required=False, widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=2000,
        widget=text_area(4),
        validators=[unclassified],
    )
    visibility = forms.ChoiceField(
        label=gettext_lazy("Who sees it"),
        choices=Sight.choices,
        initial=Sight.TEAM,
        help_text=gettext_lazy("A source-sensitive contact is for who keeps it."),
    )

    def __init__(
        self,
        *args: Any,
        desks: Sequence[Desk],
        present: Contact | None = None,
        may_say_who_sees: bool = True,
        **kwargs: Any,
    ) -> None:
        """`desks`: where one may add; of a `present` contact that changes its own."""
        super().__init__(*args, initial=_initial(present), **kwargs)
        self.desks = {desk.code: desk for desk in desks}
        offer(self, "desk", [(code, desk.city) for code, desk in self.desks.items()])
        offer(self, "host_country", host_countries(desks))
        offer(self, "languages", languages.choices())
        if present is not None or len(desks) == 1:
            del self.fields["desk"]
        if not may_say_who_sees:
            del self.fields["visibility"]

    def clean_phones(self) -> str:
        """As many as one contact can have, none longer than a number may be."""
        lines = [line.strip() for line in self.cleaned_data["phones"].splitlines() if line.strip()]
        if len(lines) > MOST_PHONES:
            raise ValidationError(_("%(most)d numbers at most.") % {"most": MOST_PHONES})
        for line in lines:
            if len(line) > identifiers.LONGEST:
                raise ValidationError(_("This line is too long: %(line)s") % {"line": line[:40]})
        return "\n".join(lines)

    def clean(self) -> dict[str, Any]:
        """Something must name it; the desk must serve the country."""
        values: dict[str, Any] = super().clean() or {}
        if not self.errors and not values.get("name") and not values.get("authority"):
            self.add_error("name", _("Write a name or an authority."))
        country = values.get("host_country")
        if country and "desk" not in self.errors:
            desk = self.chosen_desk
            if country not in desk.accredited_countries:
                words = {"city": desk.city}
                self.add_error("host_country", _("%(city)s does not serve it.") % words)
        return values

    @property
    def chosen_desk(self) -> Desk:
        """The desk that is chosen, or the only one."""
        return self.desks[self.cleaned_data.get("desk") or next(iter(self.desks))]

    @property
    def said(self) -> dict[str, Any]:
        """What a valid form says: numbers in E.164, wrong ones as they were written."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "desk"}
        region = values["host_country"]
        read = [
            identifiers.read(IdentifierKind.PHONE, line, region=region)
            for line in values["phones"].splitlines()
        ]
        phones = [each.value if each.warning else each.normal for each in read]
        return values | {"phones": list(dict.fromkeys(phones))}


def _initial(present: Contact | None) -> dict[str, Any]:
    if present is None:
        return {}
    phones = "\n".join(map(contacts.as_shown, contacts.telephones(present)))
    values = {name: getattr(present, name) for name in (*SAID, "visibility")}
    return values | {"phones": phones}


class HandOverForm(forms.Form):
    """Who is to keep a contact."""

    prefix = "to"

    person = forms.ChoiceField(
        label=gettext_lazy("To whom"),
        help_text=gettext_lazy("He or she is told that there is a contact to keep, not which."),
    )

    def __init__(self, *args: Any, people: Sequence[Person], **kwargs: Any) -> None:
        """`people`: those who keep such contacts now, by name."""
        super().__init__(*args, **kwargs)
        self._people = {str(each.public_id): each for each in people}
        named = [(key, who.name) for key, who in self._people.items()]
        offer(self, "person", [("", CHOSEN), *named])

    @property
    def chosen(self) -> Person:
        """The person of a valid form."""
        return self._people[self.cleaned_data["person"]]


class HandOverAllForm(forms.Form):
    """Who is to keep all that one keeps at a desk."""

    to = forms.ChoiceField(label=gettext_lazy("To whom"))

    def __init__(
        self,
        *args: Any,
        desks: Sequence[Desk],
        people: Mapping[str, Sequence[Person]],
        **kwargs: Any,
    ) -> None:
        """`people`: those who keep such contacts now, by the code of the desk."""
        super().__init__(*args, **kwargs)
        self._chosen = {
            f"{desk.code}:{each.public_id}": (desk, each)
            for desk in desks
            for each in people[desk.code]
        }
        groups: list[Any] = [
            (desk.city, [(key, who.name) for key, (at, who) in self._chosen.items() if at == desk])
            for desk in desks
        ]
        offer(self, "to", [("", CHOSEN), *(groups if len(groups) > 1 else groups[0][1])])

    @property
    def chosen(self) -> tuple[Desk, Person]:
        """Desk and person of a valid form."""
        return self._chosen[self.cleaned_data["to"]]


class RetireForm(forms.Form):
    """Why a contact is not used any more."""

    prefix = "retire"

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=text_area(2),
        help_text=gettext_lazy("It stands with the contact, and in the log."),
        validators=[unclassified],
    )


class ContactFilterForm(forms.Form):
    """Which contacts to list, and from where. An unknown value shows nothing."""

    q = forms.CharField(
        label=gettext_lazy("Words or number"),
        required=False,
        min_length=search.SHORTEST,
        max_length=100,
        error_messages={"min_length": gettext_lazy("At least three characters.")},
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "data-key": "f"}),
    )
    desk = forms.ChoiceField(label=gettext_lazy("Desk"), required=False, widget=PlainSelect)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[ALL, *ContactKind.choices],
        required=False,
        widget=PlainSelect,
    )
    kept = forms.ChoiceField(
        label=gettext_lazy("Kept by"),
        choices=[ALL, ("me", gettext_lazy("You"))],
        required=False,
        widget=PlainSelect,
    )
    state = forms.ChoiceField(
        label=gettext_lazy("Status"),
        choices=[
            ("", pgettext_lazy("contact", "in use")),
            ("retired", pgettext_lazy("contact", "retired")),
        ],
        required=False,
        widget=PlainSelect,
    )

    def __init__(self, data: Any, *, desks: Sequence[Desk]) -> None:
        """`desks`: those whose contacts the reader may see."""
        super().__init__(data)
        for field in self.fields.values():
            field.error_messages.setdefault("invalid_choice", GONE)
        offer(self, "desk", [ALL, *((desk.code, desk.city) for desk in desks)])


class PlaceForm(forms.Form):
    """Beside which contact a page of the list begins."""

    after = forms.UUIDField(required=False)
    before = forms.UUIDField(required=False)
