"""Enter an absence, and say in the same form who stands in."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Desk, DirectoryEntry, Person
from cases.forms.dossiers import offer
from cases.models import Dossier
from cases.selectors.absences import span

if TYPE_CHECKING:
    from accounts.models import User

LONGEST = timedelta(days=366)
TOO_LONG = gettext_lazy("An absence lasts a year at most, and is entered for the year to come.")


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}))


class AbsenceForm(forms.Form):
    """Who is away and when; who does the work meanwhile, for one dossier or for all."""

    person = forms.ChoiceField(label=gettext_lazy("Who is absent"))
    starts_on = _day(gettext_lazy("First day"))
    ends_on = _day(gettext_lazy("Last day"))
    stand_in = forms.ChoiceField(
        label=gettext_lazy("Who stands in"),
        required=False,
        help_text=gettext_lazy(
            "May do what you may do on the dossiers you handle, until the end of the last day."
        ),
    )
    dossier = forms.CharField(
        label=gettext_lazy("Only for the dossier"),
        required=False,
        max_length=30,
        help_text=gettext_lazy("Its reference. Without one it is for all that is handled there."),
    )

    def __init__(
        self,
        data: Any,
        *,
        user: "User",
        team: Sequence[Person],
        colleagues: Sequence[DirectoryEntry],
    ) -> None:
        """`team`: whom else one may enter; `colleagues`: who can stand in, each once a desk."""
        super().__init__(data)
        self._user = user
        self._people = {str(each.public_id): each for each in (user, *team)}
        self._entries = {_value(each): each for each in colleagues if each.desk is not None}
        if team:
            you = (str(user.public_id), _("You"))
            others = [(str(each.public_id), each.name) for each in team]
            offer(self, "person", [you, *others])
            self.fields["person"].initial = you[0]
        else:
            del self.fields["person"]
        if self._can_be_stood_in_for():
            named = [(value, _name(each)) for value, each in self._entries.items()]
            offer(self, "stand_in", [("", _("nobody")), *named])
        else:
            del self.fields["stand_in"], self.fields["dossier"]

    def _can_be_stood_in_for(self) -> bool:
        return any(each.person_id != self._user.pk for each in self._entries.values())

    def clean_person(self) -> Person:
        """The person behind the choice."""
        return self._people[self.cleaned_data["person"]]

    def clean_ends_on(self) -> date:
        """Refuse days that are over."""
        last: date = self.cleaned_data["ends_on"]
        if last < timezone.localdate():
            raise ValidationError(_("This day is over."))
        return last

    def clean_stand_in(self) -> DirectoryEntry | None:
        """The colleague behind the choice, at a desk."""
        return self._entries.get(self.cleaned_data["stand_in"])

    def clean(self) -> dict[str, Any]:
        """Days in order and not too many; the stand-in is somebody else, of the same desk."""
        values: dict[str, Any] = super().clean() or {}
        values.setdefault("person", self._people[str(self._user.public_id)])
        first, last = values.get("starts_on"), values.get("ends_on")
        if first and last:
            self._check_days(first, last)
        entry = values.get("stand_in")
        self._check_stand_in(values["person"], entry)
        if last and entry is not None:
            self._check_end(last, entry)
        values["dossier"] = self._dossier(values)
        return values

    def _check_days(self, first: date, last: date) -> None:
        today = timezone.localdate()
        if last < first:
            self.add_error("ends_on", _("The last day is not before the first."))
        elif last - first > LONGEST or today - first > LONGEST or first - today > LONGEST:
            self.add_error("ends_on", TOO_LONG)

    def _check_stand_in(self, person: Person, entry: DirectoryEntry | None) -> None:
        if entry is None:
            return
        if entry.person_id == person.pk:
            self.add_error("stand_in", _("Choose somebody else than who is absent."))
        elif not any(
            (each.person_id, each.desk_id) == (person.pk, entry.desk_id)
            for each in self._entries.values()
        ):
            self.add_error("stand_in", _("Who is absent does not work at this desk."))

    def _check_end(self, last: date, entry: DirectoryEntry) -> None:
        """The day may be over already where the desk is."""
        _begins, ends = span(last, last, _desk(entry))
        if ends <= timezone.now():
            self.add_error("ends_on", _("This day is over."))

    def _dossier(self, values: dict[str, Any]) -> Dossier | None:
        """The dossier named; what is out of sight is not there."""
        reference = (values.get("dossier") or "").strip().upper()
        if not reference:
            return None
        if not values.get("stand_in"):
            if "stand_in" not in self.errors:
                self.add_error("stand_in", _("Choose who stands in for this dossier."))
            return None
        found: Dossier | None = (
            Dossier.objects.visible_to(self._user).open().filter(reference=reference).first()
        )
        if found is None:
            self.add_error("dossier", _("There is no dossier of this reference that you may see."))
        elif found.handler_id != values["person"].pk:
            self.add_error("dossier", _("Who is absent does not handle this dossier."))
        elif found.desk_id != values["stand_in"].desk_id:
            self.add_error("dossier", _("Who stands in does not work at the desk of the dossier."))
        elif found.confined and found.handler_id != self._user.pk:
            self.add_error(
                "dossier", _("For a confined dossier only its handler says who stands in.")
            )
        return found

    def refuse_overlap(self) -> None:
        """Say beside the field that somebody stands in at that time."""
        self.add_error(
            "stand_in", _("Somebody stands in for this at that time already. End that one first.")
        )


def _value(entry: DirectoryEntry) -> str:
    return f"{_desk(entry).code}:{entry.person.public_id}"


def _name(entry: DirectoryEntry) -> str:
    name = f"{entry.person.name}, {_desk(entry).city}"
    return _("%(name)s (absent today)") % {"name": name} if entry.absent else name


def _desk(entry: DirectoryEntry) -> Desk:
    assert entry.desk is not None  # noqa: S101  (only entries at desks are offered)
    return entry.desk


class TakeBackForm(forms.Form):
    """Which absence is taken back."""

    absence = forms.UUIDField()
