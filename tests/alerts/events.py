"""Events as the room above brings them, with words."""

from django.utils.translation import gettext

from accounts.zones import Zones
from lodesk.alerts import wording
from lodesk.alerts.models import Alert
from lodesk.alerts.wording import Fact, Wording
from lodesk.ui.times import absolute, both

OFFERED = "test.offered"
ENDED = "access.ended"


def register_all() -> None:
    """Register the events of these tests."""
    wording.register(OFFERED, _offered)
    wording.register(ENDED, _ended)


def _offered(alert: Alert, zones: Zones) -> Wording:
    if alert.due_at is None:
        return Wording("Offered to you", "offered to you", gettext("Monday"))
    when = both(alert.due_at, here=zones.here, home=zones.home, named=True)
    return Wording(
        headline="Offered to you",
        subject=f"offered to you, answer by {absolute(alert.due_at, now=zones.here.now)}",
        because=f"You get this because: {alert.because}.",
        facts=[Fact("Answer by", when)],
    )


def _ended(alert: Alert, _zones: Zones) -> Wording:
    return Wording("Access ended", "access ended", "You had it.", [Fact("Secret", "no")])
