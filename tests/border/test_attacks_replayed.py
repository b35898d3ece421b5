"""Attacks by doing it again: an answer sent twice or too late, an old form, a task run twice.

The first time counts. The second is refused, changes nothing and stands in the log.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from kombu import serialization
from kombu.exceptions import ContentDisallowed

from cases.models import Dossier, Handover
from cases.services.dossiers import StaleError
from lodesk.alerts.models import Alert, Delivery
from lodesk.embedded.mail import MailCatcher
from tests import steps
from tests.border.attacks import (
    ACTS,
    Browse,
    Stage,
    arranged,
    browsers,
    contents,
    fingerprint,
    mandate_runs_out,
    offer_lapses,
    refusals_of,
)
from tests.factories import ClockFactory, DossierFactory, MandateFactory, TaskFactory, grant
from tests.looking import as_owner

pytestmark = pytest.mark.django_db
stage = pytest.fixture(arranged, scope="module")
client_of = pytest.fixture(browsers)
ACT = {act.name: act for act in ACTS}


# Answers and decisions --------------------------------------------------------------------

Step = tuple[str, str]  # an act, and who sends it
Time = Callable[[Stage], None]


@dataclass(frozen=True)
class Replay:
    """What is done first, rightly, and what is then sent in vain."""

    name: str
    first: tuple[Step | Time, ...]
    again: Step
    answer: int = 403

    def __str__(self) -> str:
        return self.name


def _offer_lapses(stage: Stage) -> None:
    offer_lapses(stage.offer)


def _mandate_runs_out(stage: Stage) -> None:
    mandate_runs_out(stage.asked)


def _certificate_runs_out(stage: Stage) -> None:
    as_owner("UPDATE accounts_certificate SET valid_until = current_date - 1")


def _tidied(_stage: Stage) -> None:
    assert steps.tidy_up() > 0


ACCEPT, DECLINE, WITHDRAW = "accept an offer", "decline an offer", "withdraw an offer"
TAKE_BACK = "withdraw an offer that waits"
GIVE, REFUSE, END = "give a mandate", "refuse a mandate", "end a mandate"
COLLEAGUE, OFFICER, COORDINATOR = "belgian_colleague", "belgian_officer", "belgian_coordinator"
DUTCH = "dutch_officer"
ABROAD = "accept the offer across the border"
REPLAYS = (
    Replay("accept twice", ((ACCEPT, COLLEAGUE),), (ACCEPT, COLLEAGUE)),
    Replay("accept what one declined", ((DECLINE, COLLEAGUE),), (ACCEPT, COLLEAGUE)),
    Replay("decline what one accepted", ((ACCEPT, COLLEAGUE),), (DECLINE, COLLEAGUE)),
    Replay("decline twice", ((DECLINE, COLLEAGUE),), (DECLINE, COLLEAGUE)),
    Replay("accept what is withdrawn", ((WITHDRAW, OFFICER),), (ACCEPT, COLLEAGUE)),
    Replay("accept what has lapsed", (_offer_lapses,), (ACCEPT, COLLEAGUE)),
    Replay("decline what has lapsed", (_offer_lapses,), (DECLINE, COLLEAGUE)),
    Replay("accept what has expired", (_offer_lapses, _tidied), (ACCEPT, COLLEAGUE)),
    Replay("accept another's offer", (), (ACCEPT, "belgian_head")),
    Replay("accept one's own offer", (), (ACCEPT, OFFICER)),
    Replay("withdraw what is accepted", ((ACCEPT, COLLEAGUE),), (WITHDRAW, OFFICER)),
    Replay("withdraw twice", ((WITHDRAW, OFFICER),), (WITHDRAW, OFFICER)),
    Replay("withdraw after another was answered", ((ACCEPT, COLLEAGUE),),
           (WITHDRAW, "belgian_headquarters")),
    Replay("accept before the mandate", (), (ABROAD, DUTCH), 404),
    Replay("accept under a refused mandate", ((REFUSE, COORDINATOR),), (ABROAD, DUTCH), 404),
    Replay("accept under a mandate that ended",
           ((GIVE, COORDINATOR), ("end the given mandate", COORDINATOR)), (ABROAD, DUTCH), 404),
    Replay("accept under a mandate that ran out",
           ((GIVE, COORDINATOR), _mandate_runs_out), (ABROAD, DUTCH), 404),
    Replay("accept across the border twice",
           ((GIVE, COORDINATOR), (ABROAD, DUTCH)), (ABROAD, DUTCH)),
    Replay("accept without the certificate",
           ((GIVE, COORDINATOR), _certificate_runs_out), (ABROAD, DUTCH)),
    Replay("give twice", ((GIVE, COORDINATOR),), (GIVE, COORDINATOR)),
    Replay("give what another gave", ((GIVE, COORDINATOR),), (GIVE, "belgian_second_coordinator")),
    Replay("give what is refused", ((REFUSE, COORDINATOR),), (GIVE, COORDINATOR)),
    Replay("refuse what is given", ((GIVE, COORDINATOR),), (REFUSE, COORDINATOR)),
    Replay("give what was taken back", ((TAKE_BACK, OFFICER),), (GIVE, COORDINATOR)),
    Replay("give again what has ended",
           ((GIVE, COORDINATOR), ("end the given mandate", COORDINATOR)), (GIVE, COORDINATOR)),
    Replay("give again what ran out",
           ((GIVE, COORDINATOR), _mandate_runs_out, _tidied), (GIVE, COORDINATOR)),
    Replay("end twice", ((END, COORDINATOR),), (END, COORDINATOR)),
    Replay("finish twice", (("finish a task", OFFICER),), ("finish a task", COLLEAGUE)),
    Replay("drop what is done", (("finish a task", OFFICER),), ("drop a task", OFFICER)),
    Replay("move what is dropped", (("drop a task", OFFICER),), ("move a task", OFFICER)),
    Replay("remove a link twice", (("remove a link", OFFICER),), ("remove a link", OFFICER), 404),
    Replay("put in after one left", (("take a person out", "belgian_headquarters"),),
           ("put a dossier in", OFFICER), 404),
    Replay("retire twice", (("retire a template", COORDINATOR),),
           ("retire a template", COORDINATOR), 404),
    Replay("change what is retired", (("retire a template", COORDINATOR),),
           ("change a template", COORDINATOR), 404),
    Replay("offer twice", (("offer it at home", OFFICER),), ("offer it at home", OFFICER)),
    Replay("offer twice to two", (("offer it at home", OFFICER),),
           ("offer it across the border", OFFICER)),
)  # fmt: skip
SAME_FORM = {ABROAD: "accept an offer", "end the given mandate": "end a mandate"}
ELSEWHERE = {ABROAD: "/handovers/{waiting}/", "end the given mandate": "/mandates/{asked}/"}


@pytest.mark.parametrize("replay", REPLAYS, ids=str)
def test_what_is_sent_again_or_too_late_is_refused(
    replay: Replay, stage: Stage, client_of: Browse
) -> None:
    forms = _forms(replay, stage, client_of)
    for step in replay.first:
        if callable(step):
            step(stage)
            continue
        before = contents()
        assert _send(step, forms, stage, client_of) == 302, step
        assert contents() != before, step
    person = getattr(stage.cast, replay.again[1])
    before_again, logged = fingerprint(), refusals_of(person)
    assert _send(replay.again, forms, stage, client_of) == replay.answer
    assert fingerprint() == before_again
    assert refusals_of(person) == logged + 1


def _forms(replay: Replay, stage: Stage, client_of: Browse) -> dict[str, dict[str, Any]]:
    """The forms as they stood on the page before anything happened."""
    names = {step[0] for step in (*replay.first, replay.again) if not callable(step)}
    found = {}
    for name in names:
        act = ACT[SAME_FORM.get(name, name)]
        found[name] = act.data(client_of(getattr(stage.cast, act.by)), stage)
    return found


def _send(step: Step, forms: Any, stage: Stage, client_of: Browse) -> int:
    name, who = step
    path = ELSEWHERE.get(name) or ACT[name].path
    client = client_of(getattr(stage.cast, who))
    return int(client.post(stage.path(path), forms[name]).status_code)


@pytest.mark.parametrize("name", ["change a dossier", "take a step"])
def test_a_form_of_before_overwrites_nothing(name: str, stage: Stage, client_of: Browse) -> None:
    act = ACT[name]
    client = client_of(stage.cast.belgian_officer)
    data, path = act.data(client, stage), stage.path(act.path)
    assert client.post(path, data).status_code == 302
    steps.change(stage.cast.belgian_headquarters, stage.handled, version=2, title="Meanwhile")
    before = fingerprint()
    assert client.post(path, data).status_code == 200  # the form is back, and says why
    assert fingerprint() == before
    with pytest.raises(StaleError):
        steps.change(stage.cast.belgian_officer, stage.handled, version=1, title="x")


def test_an_old_offer_is_not_answered_in_place_of_the_new_one(
    stage: Stage, client_of: Browse
) -> None:
    old = stage.offer
    steps.withdraw(stage.cast.belgian_officer, old)
    dossier = Dossier.objects.get(pk=old.dossier_id)
    new = steps.offer(stage.cast.belgian_officer, dossier, stage.cast.belgian_head.person_ptr)
    before = fingerprint()
    answer = client_of(stage.cast.belgian_colleague).post(
        f"/handovers/{old.pk}/", {"action": "accept", "handover": str(new.pk), "id": str(new.pk)}
    )
    assert answer.status_code == 403
    assert fingerprint() == before
    assert Handover.objects.get(pk=new.pk).state == "offered"


def test_a_mandate_is_not_used_again_for_another_dossier(stage: Stage, client_of: Browse) -> None:
    """The mandate that was given for one dossier does not carry an offer of the next one."""
    given = MandateFactory(dossier=stage.handled, receiver=stage.cast.dutch_officer)
    other = DossierFactory(handler=stage.cast.belgian_officer)
    client, path = client_of(stage.cast.belgian_officer), f"/d/{other.reference}/hand-over"
    act = ACT["offer it across the border"]
    data = act.data(client, stage) | {"mandate": str(given.pk), "mandate_id": str(given.pk)}
    assert client.post(path, data).status_code == 302
    offer = Handover.objects.get(dossier=other)
    assert offer.state == "awaiting_mandate"
    assert offer.mandate_id != given.pk
    assert client_of(stage.cast.dutch_officer).get(f"/d/{other.reference}/").status_code == 404


# Messages of the queue --------------------------------------------------------------------

TASKS = {
    "cases.tasks.forget_exports",
    "cases.tasks.forget_uploads",
    "cases.tasks.make_exports",
    "cases.tasks.remind",
    "cases.tasks.remind_of_offers",
    "cases.tasks.remind_of_tasks",
    "cases.tasks.tell_of_leaving",
    "cases.tasks.tidy_up",
    "lodesk.alerts.tasks.send_due",
    "lodesk.audit.tasks.seal",
    "lodesk.border.tasks.forget_sessions",
}
FORGED = ["00000000-0000-4000-8000-000000000000", 1, "BE"]


def _own_tasks() -> dict[str, Any]:
    current_app.loader.import_default_modules()
    return {
        name: task for name, task in current_app.tasks.items() if not name.startswith("celery.")
    }


def test_every_task_is_known_here_and_takes_nothing_from_its_message() -> None:
    """What a message cannot name, it cannot forge: nobody acts, and the tables say what is due."""
    assert set(_own_tasks()) == TASKS
    for name, task in _own_tasks().items():
        assert not inspect.signature(task.run).parameters, name


@pytest.fixture
def due(stage: Stage) -> Stage:
    """Something for every task to do."""
    offer_lapses(stage.offer)
    mandate_runs_out(stage.given)
    earlier = "UPDATE cases_handover SET offered_at = offered_at - interval '9 days' WHERE id = %s"
    as_owner(earlier, [stage.waiting.pk])
    leaves = "UPDATE accounts_posting SET ends_at = now() + interval '9 days' WHERE person_id = %s"
    as_owner(leaves, [stage.cast.belgian_officer.pk])
    TaskFactory(dossier=stage.handled, due_at=steps.in_(hours=-1))
    past = {"starts_at": steps.in_(hours=-9), "term_at": steps.in_(hours=-1)}
    ClockFactory(dossier=stage.handled, kind="own", rule="", **past)
    steps.begin(stage.cast.belgian_officer, stage.handled)
    as_owner("UPDATE cases_upload SET at = now() - interval '2 days'")
    steps.ask_export(stage.cast.belgian_officer, stage.handled)
    as_owner("UPDATE cases_export SET at = now() - interval '2 days', state = 'failed'")
    steps.ask_export(stage.cast.belgian_officer, stage.handled)
    as_owner("UPDATE django_session SET expire_date = now() - interval '1 hour'")
    return stage


@pytest.fixture
def mailbox(settings: Any) -> Any:
    """A real SMTP server."""
    with MailCatcher() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        yield server


def _all_rows() -> Any:
    sealed = as_owner("SELECT id, hash FROM audit_logrow ORDER BY id")
    sessions = as_owner("SELECT count(*) FROM django_session")
    return fingerprint(), sealed, sessions


@pytest.mark.parametrize("name", sorted(TASKS))
def test_a_task_that_runs_twice_does_its_work_once(
    name: str, due: Stage, client_of: Browse, mailbox: MailCatcher
) -> None:
    client_of(due.cast.belgian_officer)  # a session, too
    as_owner("UPDATE django_session SET expire_date = now() - interval '1 hour'")
    task, before = _own_tasks()[name], _all_rows()
    task.apply(throw=True)
    once, mails = _all_rows(), len(mailbox.messages)
    assert once != before
    task.apply(throw=True)
    task.apply(throw=True)
    assert _all_rows() == once
    assert len(mailbox.messages) == mails


@pytest.mark.parametrize("name", sorted(TASKS))
@pytest.mark.parametrize(
    ("arguments", "named"), [(FORGED, {}), ([], {"dossier": FORGED[0], "by": 1, "person_id": 1})]
)
def test_a_task_with_forged_arguments_does_nothing(
    name: str, arguments: list[Any], named: dict[str, Any], due: Stage, mailbox: MailCatcher
) -> None:
    before = _all_rows()
    outcome = _own_tasks()[name].apply(args=arguments, kwargs=named)
    assert isinstance(outcome.result, TypeError)
    assert _all_rows() == before
    assert not mailbox.messages


def test_a_message_that_would_run_code_is_not_read() -> None:
    accepted = serialization.prepare_accept_content(current_app.conf.accept_content)
    assert accepted == {"application/json"}
    for kind in ("pickle", "yaml", "msgpack"):
        if kind in serialization.registry.name_to_type:
            content, encoding = serialization.registry.name_to_type[kind], "binary"
            with pytest.raises(ContentDisallowed):
                serialization.loads(b"", content, encoding, accept=accepted)


def test_a_wake_up_sent_a_hundred_times_sends_a_mail_once(
    stage: Stage, mailbox: MailCatcher
) -> None:
    assert Delivery.objects.filter(state="pending").exists()
    send = _own_tasks()["lodesk.alerts.tasks.send_due"]
    for _time in range(20):
        send.apply(throw=True)
    sent = [str(each.message["Message-ID"]) for each in mailbox.messages]
    assert len(sent) == len(set(sent)) == Delivery.objects.filter(state="sent").count()


def test_an_alert_that_was_dropped_is_not_sent_by_trying_again(
    stage: Stage, mailbox: MailCatcher
) -> None:
    """Access came back later: the mail of before does not."""
    viewer = stage.cast.dutch_headquarters
    mandate = MandateFactory(dossier=stage.handled, receiver=viewer, level="view")
    Delivery.objects.all().delete()
    Alert.objects.create(
        event="handover.offered", subject_id=stage.handled.pk, because="named", owner="BE",
        reference=stage.handled.reference, recipient=viewer.person_ptr, unique_key="x",
    )  # fmt: skip
    send = _own_tasks()["lodesk.alerts.tasks.send_due"]
    send.apply(throw=True)
    assert Delivery.objects.get().state == "dropped"
    grant(stage.handled, viewer, "view", mandate)
    as_owner("UPDATE alerts_delivery SET next_try_at = now() - interval '1 day'")
    send.apply(throw=True)
    assert not mailbox.messages


def test_what_time_ended_is_told_once_however_often_the_sweep_comes(due: Stage) -> None:
    steps.tidy_up()
    told = Alert.objects.count()
    as_owner("UPDATE cases_handover SET answer_by = answer_by - %s", [timedelta(days=1)])
    assert steps.tidy_up() == 0
    assert Alert.objects.count() == told
