"""The mail of an alert: reference, event, due time, link, and why. Never case content.

And the mail of many alerts: the same of each, with one link, to the inbox.
"""

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime, parseaddr
from uuid import UUID, uuid5

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext

from accounts.models import User
from accounts.zones import zones_of
from lodesk.alerts.models import Alert, Channel
from lodesk.alerts.wording import Wording, wording_of

# The mails of one dossier stand together under a name made of its random key: nobody who does not
# have the key can make it, and it gives neither key nor reference away.
THREADS = UUID("0b4dd390-9935-4979-8880-97af6f98063f")


def compose(alert: Alert, user: User) -> EmailMultiAlternatives:
    """The mail for one person, in that person's language and times; plain text and HTML."""
    with translation.override(user.language):
        zones = zones_of(user)  # cities have names in the reader's language
        with timezone.override(zones.here.tz):
            return _composed(alert, user, wording_of(alert, zones))


def _composed(alert: Alert, user: User, words: Wording) -> EmailMultiAlternatives:
    context = {
        "owner": alert.owner,
        "reference": alert.reference,
        "headline": words.headline,
        "facts": words.facts,
        "link": link(alert),
        "because": words.because,
    }
    mail = EmailMultiAlternatives(
        subject=_subject(alert, words.subject),
        body=render_to_string("emails/alert.txt", context),
        to=[user.email],
        headers=headers(f"{alert.pk}.{Channel.MAIL.value}", alert.created_at) | _thread(alert),
    )
    mail.attach_alternative(render_to_string("emails/alert.html", context), "text/html")
    return mail


def compose_digest(
    alerts: Sequence[Alert], user: User, *, digest: UUID, made_at: datetime, morning: bool
) -> EmailMultiAlternatives:
    """One mail of many alerts: of a person's morning, or of one event that happened to many."""
    with translation.override(user.language):
        zones = zones_of(user)
        with timezone.override(zones.here.tz):
            lines = [(alert, wording_of(alert, zones)) for alert in alerts]
            headline, because = _of_a_morning(lines) if morning else _of_an_event(lines)
            context = {
                "headline": headline,
                "lines": lines,
                "link": f"{settings.BASE_URL.rstrip('/')}{reverse('inbox')}",
                "because": because,
            }
            mail = EmailMultiAlternatives(
                subject=f"[LO Desk] {headline}",
                body=render_to_string("emails/digest.txt", context),
                to=[user.email],
                headers=headers(f"{digest}.{Channel.DIGEST.value}", made_at),
            )
            page = render_to_string("emails/digest.html", context)
            mail.attach_alternative(page, "text/html")
            return mail


Lines = Sequence[tuple[Alert, Wording]]


def _of_a_morning(lines: Lines) -> tuple[str, str]:
    words = ngettext(
        "Your morning digest: %(count)d alert", "Your morning digest: %(count)d alerts", len(lines)
    )
    because = gettext("You get this because you asked for a digest in the morning.")
    return words % {"count": len(lines)}, because


def _of_an_event(lines: Lines) -> tuple[str, str]:
    """What happened is the same for all; why one is told, too, as for the first."""
    _alert, words = lines[0]
    count = ngettext("%(count)d dossier", "%(count)d dossiers", len(lines)) % {"count": len(lines)}
    return f"{words.headline}: {count}", words.because


def link(alert: Alert) -> str:
    """Where to go on this site; nowhere when access has ended."""
    return f"{settings.BASE_URL.rstrip('/')}{alert.path}" if alert.path else ""


def headers(key: str, moment: datetime) -> dict[str, str]:
    """Headers that stay the same however often the mail is tried: a second copy is recognised."""
    return {
        "Message-ID": f"<{key}@{_domain()}>",
        "Date": format_datetime(moment),
        "List-Id": f"LO Desk <alerts.{_domain()}>",
        "Auto-Submitted": "auto-generated",
    }


def _thread(alert: Alert) -> dict[str, str]:
    """Headers by which a mail program shows the mails about one dossier together."""
    if alert.subject_id is None:
        return {}
    first = f"<{uuid5(THREADS, str(alert.subject_id))}.dossier@{_domain()}>"
    return {"In-Reply-To": first, "References": first}


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]


def _subject(alert: Alert, tail: str) -> str:
    reference = f"{alert.reference}: " if alert.reference else ""
    return f"[LO Desk] {reference}{tail}"
