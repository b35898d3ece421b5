"""Three people, a dossier they see, events with words, and a real mail server."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cases.models import Dossier, DossierUserPermission
from lodesk.alerts import wording
from lodesk.alerts.services import announce
from lodesk.alerts.subjects import Subject
from lodesk.border.context import acting_as
from lodesk.embedded.mail import MailCatcher
from tests.alerts import events
from tests.alerts.people import Three, three_of
from tests.factories import Cast, DossierFactory, MandateFactory, grant


@pytest.fixture
def people(cast: Cast) -> Three:
    """Jan (NL) and An (BE) at the desk in Bogotá, Chris (BE) at headquarters."""
    return three_of(cast)


@pytest.fixture(autouse=True)
def words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The events of these tests have words."""
    monkeypatch.setattr(wording, "_events", dict(wording._events))
    events.register_all()


@pytest.fixture
def dossier(people: Three) -> Dossier:
    """A Belgian dossier: An handles it, Jan sees it under a mandate, Chris at headquarters."""
    made: Dossier = DossierFactory(owner="BE", handler=people.an)
    grant(made, people.jan, "view", MandateFactory(dossier=made, receiver=people.jan))
    return made


@pytest.fixture
def subject(dossier: Dossier) -> Subject:
    """The dossier as alerts know it."""
    return Subject(id=dossier.pk, reference=dossier.reference, owner=dossier.owner)


@pytest.fixture
def hide(dossier: Dossier, people: Three) -> Callable[[], None]:
    """Take the dossier out of Jan's sight."""

    def hidden() -> None:
        DossierUserPermission.objects.filter(content_object=dossier, user=people.jan.pk).delete()

    return hidden


@pytest.fixture
def tell(subject: Subject, people: Three) -> Callable[..., None]:
    """An offers the dossier to Jan."""

    def announced(**changes: Any) -> None:
        call: dict[str, Any] = {
            "event": events.OFFERED,
            "to": [people.jan.pk],
            "subject": subject,
            "because": "named",
            "actor": people.an.pk,
            "path": f"/d/{subject.reference}/",
        } | changes
        with acting_as(call["actor"]):
            announce(**call)

    return announced


@pytest.fixture
def catcher(settings: Any) -> Iterator[MailCatcher]:
    """A real SMTP server, to which mail of this process goes."""
    with MailCatcher() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 2
        yield server
