"""The mail of an alert: reference, event, due time, link, and why. Never case content."""

from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.models import User
from accounts.zones import zones_of
from lodesk.alerts.models import Alert, Channel
from lodesk.alerts.wording import Wording, wording_of


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
        headers=headers(alert),
    )
    mail.attach_alternative(render_to_string("emails/alert.html", context), "text/html")
    return mail


def link(alert: Alert) -> str:
    """Where to go on this site; nowhere when access has ended."""
    return f"{settings.BASE_URL.rstrip('/')}{alert.path}" if alert.path else ""


def headers(alert: Alert) -> dict[str, str]:
    """Headers that stay the same however often the mail is tried: a second copy is recognised."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return {
        "Message-ID": f"<{alert.pk}.{Channel.MAIL.value}@{domain}>",
        "Date": format_datetime(alert.created_at),
        "List-Id": f"LO Desk <alerts.{domain}>",
        "Auto-Submitted": "auto-generated",
    }


def _subject(alert: Alert, tail: str) -> str:
    reference = f"{alert.reference}: " if alert.reference else ""
    return f"[LO Desk] {reference}{tail}"
