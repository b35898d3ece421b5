"""An entry for the timeline: quick for a plain note, complete for a formal message."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import codes, evaluation
from cases.forms.dossiers import offer
from cases.forms.fields import MomentField, require_text_of_h3, text_area
from cases.forms.markings import unclassified
from cases.models.dossiers import HandlingCode
from cases.models.entries import Channel, Direction, EntryKind, Nature
from cases.selectors import languages

LONGEST = 20_000
A_YEAR = timedelta(days=365)
WRITTEN = tuple(kind for kind in EntryKind if kind != EntryKind.EVENT)

# What a kind asks beyond text, language, handling code, evaluation and nature.
EXCHANGE = frozenset({"counterpart", "counterpart_person", "at"})
MESSAGE = EXCHANGE | {"channel", "channel_reason", "channel_reference"}
EITHER_WAY = MESSAGE | {"direction"}
ASKS: Mapping[str, frozenset[str]] = {
    EntryKind.NOTE: frozenset(),
    EntryKind.PHONE_NOTE: EXCHANGE,
    EntryKind.INCOMING_MESSAGE: MESSAGE,
    EntryKind.OUTGOING_MESSAGE: MESSAGE,
    EntryKind.QUESTION: EITHER_WAY,
    EntryKind.ANSWER: EITHER_WAY,
    EntryKind.PARTIAL_ANSWER: EITHER_WAY,
    EntryKind.REFUSAL: EITHER_WAY | {"ground"},
    EntryKind.CLARIFICATION_ASKED: EITHER_WAY,
    EntryKind.CLARIFICATION_GIVEN: EITHER_WAY,
    EntryKind.AUTHORISATION_ASKED: EITHER_WAY | {"expected_until"},
    EntryKind.AUTHORISATION_GIVEN: EITHER_WAY,
    EntryKind.INSTRUCTION: EXCHANGE | {"channel", "channel_reference"},
}
ASKED = EITHER_WAY | {"ground", "expected_until"}
MOMENTS = frozenset({"at", "expected_until"})
NEEDED = {
    "counterpart": gettext_lazy("Which authority? Its name, not the person's."),
    "channel": gettext_lazy("By which channel?"),
    "direction": gettext_lazy("From or to?"),
    "ground": gettext_lazy("A refusal needs its ground."),
}
DIRECTIONS: Mapping[str, Direction] = {
    EntryKind.INCOMING_MESSAGE: Direction.IN,
    EntryKind.OUTGOING_MESSAGE: Direction.OUT,
    EntryKind.INSTRUCTION: Direction.IN,
}


class EntryForm(forms.Form):
    """What is recorded, of which kind, with whom and how it went, and how it may be used."""

    of_kind = ""  # where it is not chosen
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), initial=EntryKind.NOTE, required=False)
    direction = forms.ChoiceField(
        label=gettext_lazy("From or to"),
        choices=[(each.value, each.label) for each in (Direction.OUT, Direction.IN)],
        required=False,
    )
    counterpart = forms.CharField(
        label=gettext_lazy("Authority"),
        max_length=160,
        required=False,
        validators=[unclassified],
        widget=forms.TextInput(attrs={"list": "composer-counterparts", "autocomplete": "off"}),
    )
    counterpart_person = forms.CharField(
        label=gettext_lazy("Person"), max_length=120, required=False, validators=[unclassified]
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"), choices=Channel.choices, required=False
    )
    channel_reason = forms.ChoiceField(label=gettext_lazy("Why not SIENA"), required=False)
    channel_reference = forms.CharField(
        label=gettext_lazy("Number"), max_length=80, required=False, validators=[unclassified]
    )
    at = MomentField(label=gettext_lazy("When"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"))
    handling_codes = forms.MultipleChoiceField(
        label=gettext_lazy("Handling code"),
        choices=[(code.value, code.value) for code in HandlingCode],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    handling_note = forms.CharField(
        label=gettext_lazy("Text of H3"),
        max_length=300,
        required=False,
        validators=[unclassified],
    )
    evaluation = forms.ChoiceField(label=gettext_lazy("Evaluation"), required=False)
    nature = forms.ChoiceField(
        label=gettext_lazy("Fact or assessment"), choices=Nature.choices, required=False
    )
    ground = forms.ChoiceField(label=gettext_lazy("Ground"), required=False)
    expected_until = MomentField(label=gettext_lazy("Expected until"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=LONGEST,
        widget=text_area(4),
        validators=[unclassified],
    )

    def __init__(self, *args: Any, may_instruct: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.now().date()
        none = ("", gettext_lazy("none"))
        kinds = [kind for kind in WRITTEN if may_instruct or kind != EntryKind.INSTRUCTION]
        offer(self, "kind", [(kind.value, kind.label) for kind in kinds])
        offer(self, "language", languages.choices())
        offer(self, "evaluation", [none, *_evaluations()])
        offer(self, "channel_reason", [none, *codes.choices(codes.CHANNEL_REASONS, on=today)])
        offer(self, "ground", [none, *codes.choices(codes.REFUSAL_GROUNDS, on=today)])

    def clean_kind(self) -> str:
        """Take what has no kind for a note."""
        return self.cleaned_data["kind"] or EntryKind.NOTE

    def clean_at(self) -> Any:
        """Refuse what is still to come, and what is longer ago than a year."""
        at = self.cleaned_data["at"]
        now = timezone.now()
        if at is not None and at > now:
            raise ValidationError(_("This cannot lie in the future."))
        if at is not None and at < now - A_YEAR:
            raise ValidationError(_("An entry tells of the last year: write older facts as text."))
        return at

    def clean(self) -> dict[str, Any]:
        """Keep what the kind asks for, and see that it is there."""
        values: dict[str, Any] = super().clean() or {}
        kind = self.of_kind or values.get("kind", "")
        asks = ASKS.get(kind, frozenset())
        self._forget(ASKED - asks, values)
        self._settle_direction_and_channel(kind, values)
        needed = asks & NEEDED.keys() if kind != EntryKind.INSTRUCTION else ()
        for name in sorted(needed):
            if not values.get(name) and not self.has_error(name):
                self.add_error(name, NEEDED[name])
        self._check_reason(asks, values)
        if "expected_until" in asks and "expected_until" in self.fields:
            self._check_how_long(values)
        require_text_of_h3(self, values, drop=True)
        return values

    def _forget(self, names: Iterable[str], values: dict[str, Any]) -> None:
        """Drop what the page hid for this kind, errors included: nobody could have seen them."""
        for name in names:
            values[name] = None if name in MOMENTS else ""
            self.errors.pop(name, None)

    def _settle_direction_and_channel(self, kind: str, values: dict[str, Any]) -> None:
        if kind in DIRECTIONS:
            values["direction"] = DIRECTIONS[kind]
        if kind == EntryKind.PHONE_NOTE:
            values["channel"] = Channel.PHONE

    def _check_reason(self, asks: frozenset[str], values: dict[str, Any]) -> None:
        """Between States it is SIENA, or there is a reason (Directive (EU) 2023/977, art. 13)."""
        if "channel_reason" not in asks:
            return
        if values.get("channel") in (Channel.SIENA, Channel.NONE, None):
            values["channel_reason"] = ""
        elif not values.get("channel_reason") and not self.has_error("channel_reason"):
            self.add_error("channel_reason", _("Another channel than SIENA needs its reason."))

    def _check_how_long(self, values: dict[str, Any]) -> None:
        """Of an authorisation the asker is told how long it takes (art. 5(2)); of another's not."""
        if self.has_error("expected_until"):
            return
        until, since = values.get("expected_until"), values.get("at") or timezone.now()
        if until is None and values.get("direction") == Direction.OUT:
            self.add_error("expected_until", _("The asker is told how long it takes: say it."))
        elif until is not None and until <= since:
            self.add_error("expected_until", _("This must come after the beginning."))


class CorrectionForm(EntryForm):
    """The same for a new version; the kind stays, and why it is corrected is said."""

    correction = forms.CharField(
        label=gettext_lazy("What is corrected"),
        max_length=200,
        help_text=gettext_lazy("In a few words: it stands under the entry."),
        validators=[unclassified],
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, may_instruct=kind == EntryKind.INSTRUCTION, **kwargs)
        self.of_kind = kind
        for name in {"kind"} | MOMENTS | (ASKED - ASKS[kind]):
            self.fields.pop(name, None)

    def clean(self) -> dict[str, Any]:
        """A correction moves no clock: another estimate is an entry of its own."""
        values = super().clean()
        values.pop("expected_until", None)
        return values


class TranslationForm(forms.Form):
    """A working translation of an entry."""

    language = forms.ChoiceField(label=gettext_lazy("Language"))
    translator = forms.CharField(
        label=gettext_lazy("Translated by"),
        max_length=120,
        help_text=gettext_lazy("A person, an agency, or the machine that did it."),
        validators=[unclassified],
    )
    text = forms.CharField(
        label=gettext_lazy("Translation"),
        max_length=LONGEST,
        widget=text_area(10),
        validators=[unclassified],
    )

    def __init__(self, *args: Any, original: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "language", [each for each in languages.choices() if each[0] != original])


def _evaluations() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every code under the name of its scheme, for the same letter means another thing."""
    grouped: dict[str, list[tuple[str, str]]] = {}
    for each in evaluation.EVALUATIONS:
        scheme, _colon, code = each.partition(":")
        grouped.setdefault(scheme.replace("x", "×"), []).append((each, code))
    return list(grouped.items())
