"""Sign-in and sign-out in the log (product.md section 7): the one use of signals in the house."""

from typing import Any

from allauth.account.signals import user_logged_in, user_logged_out
from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.utils.crypto import salted_hmac

from accounts.models import User
from lodesk import audit
from lodesk.border.context import acting_as


@receiver(user_logged_in)
def signed_in(*, user: User, **_rest: Any) -> None:
    """Log who came in. The request itself began as nobody's."""
    with acting_as(user.pk):
        audit.log(by=user.pk, action="sign_in", chain=audit.OWN_CHAIN)


@receiver(user_logged_out)
def signed_out(*, user: User | None, **_rest: Any) -> None:
    """Log who left."""
    if user is None:
        return  # a session that nobody had signed in to
    with acting_as(user.pk):
        audit.log(by=user.pk, action="sign_out", chain=audit.OWN_CHAIN)


@receiver(user_login_failed)
def not_signed_in(*, credentials: dict[str, Any], **_rest: Any) -> None:
    """Log a failure in the chain of operations, with a keyed digest of the address.

    The same address gives the same digest, so tries can be counted; the address is not kept,
    because it may be somebody else's, or a password typed into the wrong box.
    """
    tried = str(credentials.get("email", "")).strip().lower()
    digest = salted_hmac("lodesk.accounts.signs", tried, algorithm="sha256").hexdigest()
    with acting_as(None):
        audit.log(
            by=None, action="sign_in_failed", chain=audit.OPERATIONS, personal=f"address {digest}"
        )
