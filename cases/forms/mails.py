"""Make an entry of a mail: a file, or its pasted source."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import mails
from cases.forms.dossiers import offer
from cases.forms.entries import A_YEAR, LONGEST
from cases.forms.fields import require_text_of_h3, text_area
from cases.forms.markings import unclassified
from cases.mails import BrokenMailError, EncryptedMailError, Mail, UnreadableMailError
from cases.models.dossiers import HandlingCode
from cases.models.entries import EntryKind
from cases.selectors import languages

LARGEST = 25 * 1024 * 1024  # bytes; what mail servers let through
KINDS = (
    EntryKind.INCOMING_MESSAGE,
    EntryKind.OUTGOING_MESSAGE,
    EntryKind.QUESTION,
    EntryKind.ANSWER,
)


class MailForm(forms.Form):
    """A mail, what kind of entry it becomes, in which language it is and how it may be used."""

    file = forms.FileField(
        label=gettext_lazy("Mail file"),
        required=False,
        help_text=gettext_lazy("A mail saved as .msg or .eml, attachments included."),
        widget=forms.FileInput(
            attrs={"accept": ".eml,.msg,message/rfc822,application/vnd.ms-outlook"}
        ),
    )
    source = forms.CharField(
        label=gettext_lazy("Or its source"),
        required=False,
        widget=text_area(8),
        help_text=gettext_lazy("Pasted with its headers: From, To, Subject, Date, then the text."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Becomes"))
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
    mail: Mail

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "kind", [(kind.value, kind.label) for kind in KINDS])
        offer(self, "language", languages.choices())

    def clean_file(self) -> Any:
        """Refuse what no mail server would have let through."""
        file = self.cleaned_data["file"]
        if file is not None and file.size > LARGEST:
            raise ValidationError(_("This file is larger than a mail can be: 25 MB."))
        return file

    def clean(self) -> dict[str, Any]:
        """Read the mail; it must be one, and hold nothing classified."""
        values: dict[str, Any] = super().clean() or {}
        file, source = values.get("file"), values.get("source", "")
        if bool(file) == bool(source.strip()):
            if not self.errors:
                self.add_error("file", _("Choose a file, or paste the source: one of the two."))
            return values
        name = "file" if file else "source"
        try:
            self.mail = mails.read(file.read() if file else source.encode())
            unclassified(f"{self.mail.subject}\n{self.mail.text}")
        except UnreadableMailError as problem:
            self.add_error(name, _why(problem))
        except ValidationError as refusal:
            self.add_error(name, refusal)
        require_text_of_h3(self, values, drop=True)
        return values

    def entry(self) -> dict[str, Any]:
        """What the entry says."""
        mail, values = self.mail, self.cleaned_data
        outgoing = values["kind"] == EntryKind.OUTGOING_MESSAGE
        other = mail.recipients[0] if outgoing and mail.recipients else mail.sender
        text = f"{mail.subject}\n\n{mail.text}".strip()
        now = timezone.now()
        known = mail.sent_at and now - A_YEAR < mail.sent_at <= now
        return {
            "kind": values["kind"],
            "text": text if len(text) <= LONGEST else f"{text[: LONGEST - 2]} …",
            "language": values["language"],
            "handling_codes": values["handling_codes"],
            "handling_note": values["handling_note"],
            "direction": "out" if outgoing else "in",
            "counterpart": str(other)[:160],
            "counterpart_person": other.address[:120] if other.name else "",
            "channel": "email",
            "channel_reason": "third",
            "at": mail.sent_at if known else None,
        }


def _why(problem: UnreadableMailError) -> str:
    """Why a mail is not read, and what to do."""
    if isinstance(problem, EncryptedMailError):
        return _(
            "This mail is encrypted: open it in the mail program and save it without encryption,"
            " or record its text as a message."
        )
    if isinstance(problem, BrokenMailError):
        return _("This mail is damaged or incomplete: save it from the mail program again.")
    return _("This is no mail: it says neither who sent it nor what.")
