"""Sending what is due: claim, look again as the recipient, send outside any transaction, settle.

At every point the worker may be killed. Before SMTP said yes the line comes back when its lease
ends; after it, the same mail goes out once more with the same Message-ID. digests.py sends the
mails of the morning the same way.
"""

import logging
import smtplib
import time
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self, TypeVar
from uuid import UUID

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import InterfaceError, OperationalError

from accounts.models import User
from lodesk.alerts import outbox
from lodesk.alerts.mail import compose
from lodesk.alerts.models import Alert, DeliveryState
from lodesk.alerts.outbox import Claim, DigestClaim, SettledLine
from lodesk.audit.services import log
from lodesk.border.context import acting_as

logger = logging.getLogger(__name__)

LONGEST_RUN = 20.0  # seconds: the worker has other work too, and the sweep comes every five
LONGEST_HOLD = outbox.LEASE.total_seconds() / 2  # no mail is begun on a lease about to end
PERMANENT = 5  # first digit of a reply
LOGGED = {DeliveryState.DROPPED: "alert.dropped", DeliveryState.FAILED: "alert.failed"}

InHand = TypeVar("InHand", Claim, DigestClaim)


class ServerAway(Exception):  # noqa: N818  (a state of the world, not a mistake)
    """The mail server takes no connection: nothing else of this run would be sent either."""


@dataclass(frozen=True)
class Dropped:
    """A mail that is not to be sent, and the code of the reason."""

    reason: str


class Post(Protocol[InHand]):
    """One sort of mail: how it is taken in hand, made, and what is written down of it."""

    def claim(self) -> list[InHand]:
        """Take the next ones that are due in hand."""

    def prepare(self, claimed: InHand) -> EmailMultiAlternatives | Dropped:
        """Make the mail as its recipient may have it now."""

    def settle(
        self,
        claimed: InHand,
        outcome: DeliveryState,
        *,
        error: str = "",
        again_at: datetime | None = None,
    ) -> None:
        """Write down what became of it, and log what will not be sent."""


class Postman:
    """One SMTP connection for a batch, opened when needed, opened afresh after a failure."""

    def __init__(self) -> None:
        self._connection = get_connection(fail_silently=False)

    def send(self, mail: EmailMultiAlternatives) -> None:
        """Hand over one mail; it is out when this returns."""
        try:
            self._connection.open()
        except (smtplib.SMTPException, OSError) as error:
            self._connection.close()
            raise ServerAway(error_class(error)) from error
        try:
            self._connection.send_messages([mail])
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()


def send_due() -> None:
    """Send the mails of one alert each that are due."""
    work_through(SingleMails())


def work_through(post: Post[InHand]) -> None:
    """Work through the outbox until nothing is due, the server is away, or it took long enough."""
    stop = time.monotonic() + LONGEST_RUN
    while time.monotonic() < stop:
        claims = post.claim()
        if not claims or not _send_batch(post, claims):
            return


def _send_batch(post: Post[InHand], claims: list[InHand]) -> bool:
    """Send the lines in hand; False when the server is away and the run should end."""
    stop = time.monotonic() + LONGEST_HOLD
    with Postman() as postman:
        for number, claimed in enumerate(claims):
            if time.monotonic() > stop:
                return True  # the others come back when their lease ends
            try:
                _send_one(post, claimed, postman)
            except ServerAway as away:
                for waiting in claims[number:]:
                    _try_later(post, waiting, error=str(away))
                return False
    return True


def _send_one(post: Post[InHand], claimed: InHand, postman: Postman) -> None:
    try:
        mail = post.prepare(claimed)
        if isinstance(mail, Dropped):
            post.settle(claimed, DeliveryState.DROPPED, error=mail.reason)
            return
        postman.send(mail)
    except (OperationalError, InterfaceError, ServerAway):
        raise
    except Exception as error:  # noqa: BLE001  (one bad mail must not keep the others back)
        logger.warning("an alert was not sent: %s", error_class(error))
        if refused_for_good(error):
            post.settle(claimed, DeliveryState.FAILED, error=error_class(error))
        else:
            _try_later(post, claimed, error=error_class(error))
    else:
        post.settle(claimed, DeliveryState.SENT)


def _try_later(post: Post[InHand], claimed: InHand, *, error: str) -> None:
    """After a day it is given up: the inbox still has it, the people administrator sees it."""
    again_at = outbox.next_try(claimed)
    outcome = DeliveryState.FAILED if again_at is None else DeliveryState.DEFERRED
    post.settle(claimed, outcome, error=error, again_at=again_at)


class SingleMails:
    """One alert, one mail."""

    def claim(self) -> list[Claim]:
        """Take the next lines in hand."""
        return outbox.claim()

    def prepare(self, claimed: Claim) -> EmailMultiAlternatives | Dropped:
        """Make the mail of one alert."""
        return _prepare(claimed)

    def settle(
        self,
        claimed: Claim,
        outcome: DeliveryState,
        *,
        error: str = "",
        again_at: datetime | None = None,
    ) -> None:
        """Write it down, and in the log when it will not be sent."""
        with acting_as(None):
            done = outbox.settle(claimed, outcome, error=error, again_at=again_at)
            if done and outcome in LOGGED:
                log_unsent(claimed, claimed.recipient_public, outcome, error)


def _prepare(claimed: Claim) -> EmailMultiAlternatives | Dropped:
    """The mail as its recipient may have it now: access, language and address of this moment."""
    with acting_as(claimed.recipient):
        user = recipient(claimed)
        if user is None:
            return Dropped("account_closed")
        alert = Alert.objects.visible_to(user).filter(pk=claimed.alert).first()
        if alert is None:
            return Dropped("no_access")
        return compose(alert, user)


def recipient(claimed: Claim | DigestClaim) -> User | None:
    """The account to write to, while it is open and has an address."""
    people = User.objects.filter(pk=claimed.recipient, is_active=True)
    return people.exclude(email="").first()


def log_unsent(line: Claim | SettledLine, to: UUID, outcome: DeliveryState, reason: str) -> None:
    """Log that an alert is not sent, in the chain of the dossier's owner."""
    log(
        by=None,
        action=LOGGED[outcome],
        chain=line.owner,
        target="alerts.alert",
        target_id=line.alert,
        reference=line.reference,
        facts={"event": line.event, "reason": reason, "recipient": str(to)},
    )


def error_class(error: Exception) -> str:
    """What kind of failure, never its text: a server's answer may quote the mail."""
    code = getattr(error, "smtp_code", None)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next((answer[0] for answer in error.recipients.values()), None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


def refused_for_good(error: Exception) -> bool:
    """Whether the server will never take mail for this address (RFC 5321, 4.2.1: codes 5yz).

    Not so when it refuses the sender or the mail itself: that is ours to put right.
    """
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    return all(code // 100 == PERMANENT for code, _text in error.recipients.values())
