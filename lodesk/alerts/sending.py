"""Sending what is due: claim, look again as the recipient, send outside any transaction, settle.

At every point the worker may be killed. Before SMTP said yes the line comes back when its lease
ends; after it, the same mail goes out once more with the same Message-ID.
"""

import logging
import smtplib
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import InterfaceError, OperationalError

from accounts.models import User
from lodesk.alerts import outbox
from lodesk.alerts.mail import compose
from lodesk.alerts.models import Alert, DeliveryState
from lodesk.alerts.outbox import Claim
from lodesk.audit.services import log
from lodesk.border.context import acting_as

logger = logging.getLogger(__name__)

LONGEST_RUN = 20.0  # seconds: the worker has other work too, and the sweep comes every five
PERMANENT = 5  # first digit of a reply
LONGEST_HOLD = outbox.LEASE.total_seconds() / 2  # no mail is begun on a lease about to end


class ServerAway(Exception):  # noqa: N818  (a state of the world, not a mistake)
    """The mail server takes no connection: nothing else of this run would be sent either."""


@dataclass(frozen=True)
class Dropped:
    """A mail that is not to be sent, and the code of the reason."""

    reason: str


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
    """Work through the outbox until nothing is due, the server is away, or it took long enough."""
    stop = time.monotonic() + LONGEST_RUN
    while time.monotonic() < stop:
        claims = outbox.claim()
        if not claims or not _send_batch(claims):
            return


def _send_batch(claims: list[Claim]) -> bool:
    """Send the lines in hand; False when the server is away and the run should end."""
    stop = time.monotonic() + LONGEST_HOLD
    with Postman() as postman:
        for number, claimed in enumerate(claims):
            if time.monotonic() > stop:
                return True  # the others come back when their lease ends
            try:
                _send_one(claimed, postman)
            except ServerAway as away:
                for waiting in claims[number:]:
                    _try_later(waiting, error=str(away))
                return False
    return True


def _send_one(claimed: Claim, postman: Postman) -> None:
    try:
        mail = _prepare(claimed)
        if isinstance(mail, Dropped):
            _drop(claimed, mail)
            return
        postman.send(mail)
    except (OperationalError, InterfaceError, ServerAway):
        raise
    except Exception as error:  # noqa: BLE001  (one bad mail must not keep the others back)
        logger.warning("an alert was not sent: %s", error_class(error))
        if refused_for_good(error):
            _give_up(claimed, error=error_class(error))
        else:
            _try_later(claimed, error=error_class(error))
    else:
        outbox.settle(claimed, DeliveryState.SENT)


def _prepare(claimed: Claim) -> EmailMultiAlternatives | Dropped:
    """The mail as its recipient may have it now: access, language and address of this moment."""
    with acting_as(claimed.recipient):
        user = User.objects.filter(pk=claimed.recipient, is_active=True).exclude(email="").first()
        if user is None:
            return Dropped("account_closed")
        alert = Alert.objects.visible_to(user).filter(pk=claimed.alert).first()
        if alert is None:
            return Dropped("no_access")
        return compose(alert, user)


def _drop(claimed: Claim, dropped: Dropped) -> None:
    with acting_as(None):
        if outbox.settle(claimed, DeliveryState.DROPPED, error=dropped.reason):
            _log(claimed, action="alert.dropped", reason=dropped.reason)


def _try_later(claimed: Claim, *, error: str) -> None:
    again_at = outbox.next_try(claimed)
    if again_at is not None:
        outbox.settle(claimed, DeliveryState.DEFERRED, error=error, again_at=again_at)
    else:
        _give_up(claimed, error=error)


def _give_up(claimed: Claim, *, error: str) -> None:
    """The inbox still has the alert; the people administrator sees that the mail failed."""
    with acting_as(None):
        if outbox.settle(claimed, DeliveryState.FAILED, error=error):
            _log(claimed, action="alert.failed", reason=error)


def _log(claimed: Claim, *, action: str, reason: str) -> None:
    log(
        by=None,
        action=action,
        chain=claimed.owner,
        target="alerts.alert",
        target_id=claimed.alert,
        reference=claimed.reference,
        facts={
            "event": claimed.event,
            "reason": reason,
            "recipient": str(claimed.recipient_public),
        },
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
