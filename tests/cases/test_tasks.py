"""Tasks: for who may contribute, changed through steps only, told to whom they are given."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from accounts.models import User
from accounts.zones import zones_of
from cases import policy
from cases.models import Dossier, Entry, Task
from cases.selectors import tasks, timeline
from cases.states import TASK_STEPS, Step, TaskState
from lodesk.alerts.models import Alert
from lodesk.alerts.wording import wording_of
from lodesk.audit.models import LogRow
from tests import steps
from tests.factories import (
    Cast,
    DossierFactory,
    MandateFactory,
    TaskFactory,
    as_person,
    grant,
    without_rules,
)
from tests.looking import as_owner, grants_of
from tests.steps import in_

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles at Bogotá."""
    return DossierFactory(handler=cast.belgian_officer)


def able(dossier: Dossier, by: User) -> set[int]:
    """Numbers of the people who can be given a task."""
    with as_person(by):
        return set(tasks.contributors(dossier, by))


def told(event: str) -> list[int]:
    """Who was told of an event."""
    return list(Alert.objects.filter(event=event).values_list("recipient", flat=True))


# Who ------------------------------------------------------------------------------------------


def test_a_task_can_be_given_to_who_may_contribute_now_and_to_nobody_else(
    cast: Cast, dossier: Dossier
) -> None:
    contributes, views = cast.dutch_officer, cast.dutch_colleague
    for person, level in ((contributes, "contribute"), (views, "view")):
        mandate = MandateFactory(dossier=dossier, receiver=person, level=level)
        grant(dossier, person, level, mandate)
    expected = {
        getattr(cast, name).pk
        for name in (
            "belgian_officer", "belgian_colleague", "belgian_head", "belgian_headquarters",
            "belgian_coordinator", "belgian_second_coordinator", "dutch_officer",
        )
    }  # fmt: skip
    for by in (cast.belgian_officer, cast.dutch_officer):
        assert able(dossier, by) == expected


@pytest.mark.parametrize("ended", ["mandate", "posting", "confined"])
def test_who_may_no_longer_contribute_is_offered_no_task(
    cast: Cast, dossier: Dossier, ended: str
) -> None:
    me, dutch = cast.belgian_officer, cast.dutch_officer
    mandate = MandateFactory(dossier=dossier, receiver=dutch, level="contribute")
    grant(dossier, dutch, "contribute", mandate)
    assert dutch.pk in able(dossier, me)
    if ended == "mandate":
        with without_rules("cases_mandate"):
            as_owner("UPDATE cases_mandate SET ends_at = now()")
    elif ended == "posting":
        as_owner("UPDATE accounts_posting SET ends_at = now() WHERE person_id = %s", [dutch.pk])
    else:
        dossier = DossierFactory(handler=me, confined=True)
        assert cast.belgian_colleague.pk not in able(dossier, me)
    assert dutch.pk not in able(dossier, me)


def test_who_holds_it_under_the_mandate_of_a_team_is_able_while_in_the_team(
    cast: Cast, dossier: Dossier
) -> None:
    dutch = cast.dutch_officer
    mandate = MandateFactory(dossier=dossier, receiver=cast.team("NL"), level="contribute")
    grant(dossier, dutch, "contribute", mandate)
    assert dutch.pk in able(dossier, cast.belgian_officer)
    assert cast.dutch_colleague.pk not in able(dossier, cast.belgian_officer)
    as_owner(
        "UPDATE accounts_posting SET desk_id = %s, group_id = %s WHERE person_id = %s",
        [cast.desks["BSB"].pk, cast.team("NL", "BSB").pk, dutch.pk],
    )
    assert dutch.pk not in able(dossier, cast.belgian_officer)


def test_a_task_for_somebody_else_is_refused_and_gives_nothing(
    cast: Cast, dossier: Dossier
) -> None:
    before = grants_of(dossier)
    with pytest.raises(PermissionDenied, match="may add to the dossier"):
        steps.give_task(cast.belgian_officer, dossier, cast.dutch_officer)
    task = steps.give_task(cast.belgian_officer, dossier, cast.belgian_colleague)
    with pytest.raises(PermissionDenied, match="may add to the dossier"):
        steps.move_task(cast.belgian_officer, task, to=cast.belgian_elsewhere)
    assert grants_of(dossier) == before


def test_who_may_only_view_makes_and_finishes_no_task(cast: Cast, dossier: Dossier) -> None:
    viewer, task = cast.dutch_officer, TaskFactory(dossier=dossier)
    mandate = MandateFactory(dossier=dossier, receiver=viewer, level="view")
    grant(dossier, viewer, "view", mandate)
    for step in (
        lambda: steps.give_task(viewer, dossier, cast.belgian_officer),
        lambda: steps.finish_task(viewer, task),
        lambda: steps.drop_task(viewer, task),
        lambda: steps.move_task(viewer, task, due_at=in_(days=3)),
    ):
        with pytest.raises(PermissionDenied):
            step()
    with pytest.raises(Task.DoesNotExist):
        steps.finish_task(cast.dutch_colleague, task)


@pytest.mark.parametrize("step", [Step.MOVE_TASK, Step.FINISH_TASK, Step.DROP_TASK])
def test_a_closed_dossier_takes_no_step_of_a_task(cast: Cast, step: Step) -> None:
    task = TaskFactory(dossier=DossierFactory(handler=cast.belgian_officer, status="closed"))
    decision = policy.may(cast.belgian_officer, step, task)
    assert not decision
    assert "closed" in str(decision.reason)


# Steps ----------------------------------------------------------------------------------------


def test_the_table_of_states_is_the_databases(cast: Cast) -> None:
    pairs = {(before, after) for (before, _step), after in TASK_STEPS.items()}
    for before in TaskState.values:
        for after in TaskState.values:
            ((follows,),) = as_owner("SELECT cases_task_follows(%s, %s)", [before, after])
            assert follows == ((before, after) in pairs), (before, after)


def test_a_task_is_finished_once(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_colleague
    task = steps.give_task(cast.belgian_officer, dossier, me)
    steps.finish_task(me, task)
    task.refresh_from_db()
    assert (task.state, task.finished_by_id) == ("done", me.pk)
    for again in (steps.finish_task, steps.drop_task):
        with pytest.raises(PermissionDenied, match="finished"):
            again(me, task)


def test_a_task_is_dropped_with_a_word_why(cast: Cast, dossier: Dossier) -> None:
    task = steps.give_task(cast.belgian_officer, dossier, cast.belgian_officer)
    steps.drop_task(cast.belgian_colleague, task, "The port answered by itself.")
    task.refresh_from_db()
    assert (task.state, task.finish_reason) == ("dropped", "The port answered by itself.")
    entry = Entry.objects.get(event="task.dropped")
    assert timeline.sentence(entry) == (
        "Task dropped: Call the port, B. Exemple (BE): The port answered by itself."
    )


def test_moving_nothing_is_no_step(cast: Cast, dossier: Dossier) -> None:
    task = steps.give_task(cast.belgian_officer, dossier, cast.belgian_colleague)
    entries, logged = Entry.objects.count(), LogRow.objects.count()
    steps.move_task(cast.belgian_officer, task)
    assert (Entry.objects.count(), LogRow.objects.count()) == (entries, logged)


def test_every_step_is_told_in_words(cast: Cast, dossier: Dossier) -> None:
    me, other = cast.belgian_officer, cast.belgian_colleague
    task = steps.give_task(me, dossier, me)
    steps.move_task(me, task, to=other)
    steps.move_task(me, Task.objects.get(), due_at=in_(days=3))
    steps.move_task(me, Task.objects.get(), to=me, due_at=in_(days=4))
    steps.finish_task(other, task)
    with as_person(me):
        said = [step.what for step in tasks.steps(task)]
    starts = (
        "Task for A. Voorbeeld (BE), due ", "Task given to B. Exemple (BE): Call the port, ",
        "Task now due ", "Task given to A. Voorbeeld (BE), due ",
        "Task done: Call the port, B. Exemple (BE).",
    )  # fmt: skip
    assert len(said) == len(starts)
    assert all(each.startswith(start) for each, start in zip(said, starts, strict=True)), said


def test_every_step_is_logged_without_its_words(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    task = steps.give_task(me, dossier, cast.belgian_colleague, note="Ask for Ms Ejemplo.")
    steps.move_task(me, task, due_at=in_(days=3))
    steps.drop_task(me, task, "Done by mail.")
    rows = LogRow.objects.filter(action__startswith="task.").order_by("at")
    assert [row.action for row in rows] == ["task.made", "task.moved", "task.dropped"]
    for row in rows:
        assert row.chain == "BE"
        assert row.reference == dossier.reference
        assert row.facts["task"] == str(task.pk)
        assert "port" not in str(row.facts)
        assert "Ejemplo" not in f"{row.facts}{row.why}{row.personal}"
    assert [row.why for row in rows] == ["", "", "Done by mail."]


# Who is told ----------------------------------------------------------------------------------


def test_who_is_given_a_task_is_told_and_nobody_else(cast: Cast, dossier: Dossier) -> None:
    me, other, third = cast.belgian_officer, cast.belgian_colleague, cast.belgian_head
    task = steps.give_task(me, dossier, other)
    assert told("task.assigned") == [other.pk]
    steps.move_task(me, task, due_at=in_(days=3))
    assert told("task.moved") == [other.pk]
    steps.move_task(me, Task.objects.get(), to=third)
    assert told("task.assigned") == [other.pk, third.pk]
    steps.give_task(me, dossier, me)
    assert len(told("task.assigned")) == 2  # never who did it


def reasons(event: str) -> dict[int, str]:
    """Who was told of an event, and why."""
    return dict(Alert.objects.filter(event=event).values_list("recipient", "because"))


def test_who_had_a_task_and_who_made_it_are_told_that_it_is_given_on(
    cast: Cast, dossier: Dossier
) -> None:
    maker, first, second, third = (
        cast.belgian_officer, cast.belgian_colleague, cast.belgian_head, cast.belgian_headquarters,
    )  # fmt: skip
    steps.move_task(second, steps.give_task(maker, dossier, first), to=third)
    assert reasons("task.given_on") == {first.pk: "task_was_yours", maker.pk: "task_made"}
    Alert.objects.all().delete()
    steps.move_task(maker, Task.objects.get(), to=maker)  # the maker takes it back himself
    assert reasons("task.given_on") == {third.pk: "task_was_yours"}
    Alert.objects.all().delete()
    steps.move_task(maker, Task.objects.get(), due_at=in_(days=5))
    assert not Alert.objects.exists()


@pytest.mark.parametrize("how", ["done", "dropped"])
def test_who_made_a_task_and_whose_it_was_are_told_that_it_is_over(
    cast: Cast, dossier: Dossier, how: str
) -> None:
    maker, mine, other = cast.belgian_officer, cast.belgian_colleague, cast.belgian_head

    def ends(by: User, task: Task) -> None:
        if how == "done":
            steps.finish_task(by, task)
        else:
            steps.drop_task(by, task, "No need.")

    ends(mine, steps.give_task(maker, dossier, mine))
    assert reasons(f"task.{how}") == {maker.pk: "task_made"}
    Alert.objects.all().delete()
    ends(other, steps.give_task(maker, dossier, mine))
    assert reasons(f"task.{how}") == {maker.pk: "task_made", mine.pk: "task"}
    Alert.objects.all().delete()
    ends(maker, steps.give_task(maker, dossier, maker))
    assert not Alert.objects.exists()  # never who did it


def test_who_no_longer_sees_the_dossier_is_told_nothing_of_his_former_task(
    cast: Cast, dossier: Dossier
) -> None:
    dutch, mandate = (
        cast.dutch_officer,
        MandateFactory(dossier=dossier, receiver=cast.dutch_officer),
    )
    grant(dossier, dutch, "contribute", mandate)
    steps.move_task(cast.belgian_officer, steps.give_task(cast.belgian_officer, dossier, dutch),
                    to=cast.belgian_head)  # fmt: skip

    def read() -> list[str]:
        with as_person(dutch):
            found = Alert.objects.visible_to(dutch).filter(event="task.given_on")
            return list(found.values_list("event", flat=True))

    assert read() == ["task.given_on"]
    with without_rules("cases_mandate"):
        as_owner("UPDATE cases_mandate SET ends_at = now() WHERE id = %s", [mandate.pk])
    assert read() == []


@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
def test_the_alert_that_a_task_is_over_says_nothing_of_it(
    cast: Cast, dossier: Dossier, language: str
) -> None:
    other = cast.belgian_colleague
    task = steps.give_task(other, dossier, cast.belgian_officer, title="Reefer")
    steps.move_task(cast.belgian_officer, task, to=cast.belgian_head)
    steps.drop_task(cast.belgian_head, Task.objects.get(), "Reefer was sold.")
    steps.finish_task(cast.belgian_head, steps.give_task(other, dossier, cast.belgian_head))
    alerts = Alert.objects.filter(recipient=other.pk)
    assert {alert.event for alert in alerts} == {"task.given_on", "task.dropped", "task.done"}
    with as_person(other), translation.override(language):
        for alert in alerts:
            words = wording_of(alert, zones_of(other))
            assert words.headline
            assert words.subject
            assert "Reefer" not in f"{words.headline}{words.subject}{words.because}{words.facts}"


@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
def test_the_alert_says_by_when_and_not_what(cast: Cast, dossier: Dossier, language: str) -> None:
    other = cast.belgian_colleague
    task = steps.give_task(
        cast.belgian_officer, dossier, other, title="Reefer", due_at=in_(minutes=-10)
    )
    steps.move_task(cast.belgian_officer, task, due_at=in_(minutes=-5))
    steps.remind()
    alerts = Alert.objects.filter(recipient=other.pk)
    assert {alert.event for alert in alerts} == {"task.assigned", "task.moved", "task.due"}
    with as_person(other), translation.override(language):
        for alert in alerts:
            words = wording_of(alert, zones_of(other))
            text = f"{words.headline} {words.subject} {words.because} {words.facts}"
            assert "Reefer" not in text
            assert dossier.title not in text
            assert len(words.facts) == 1  # by when
