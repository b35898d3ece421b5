"""Tasks, links, projects, templates: every condition by itself, as in test_each_wall.py.

One thing is wrong and all else is right, asked of PostgreSQL alone; what stands behind another
wall elsewhere is asked here directly, so that the mutation check finds none unguarded.
"""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accounts.models import Person, User
from cases.models import (
    Contact,
    Dossier,
    Entry,
    Link,
    Project,
    ProjectDossier,
    ProjectMember,
    SavedView,
    Task,
    Template,
)
from cases.states import Sight
from lodesk.alerts.models import Alert
from tests import steps
from tests.border.attempts import _link as insert_link
from tests.border.attempts import _task as insert_task
from tests.border.test_each_wall import ask, moved, told
from tests.factories import (
    Cast,
    ContactFactory,
    DossierFactory,
    LinkFactory,
    MandateFactory,
    SavedViewFactory,
    TaskFactory,
    TemplateFactory,
    add_posting,
    as_person,
    grant,
    project_of,
    raw,
    refused,
    without_rules,
)
from tests.looking import as_owner
from tests.steps import in_

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles at Bogotá."""
    return DossierFactory(handler=cast.belgian_officer)


def lent(dossier: Dossier, person: User, level: str = "contribute") -> Any:
    """Give somebody of another country a level of it under a mandate; returns the mandate."""
    mandate = MandateFactory(dossier=dossier, receiver=person, level=level)
    grant(dossier, person, level, mandate)
    return mandate


def rows_of(person: Person | None, model: Any) -> set[Any]:
    """Keys of the rows PostgreSQL shows a person."""
    return {key for (key,) in raw(person, f"SELECT id FROM {model._meta.db_table}")}


# Tasks ----------------------------------------------------------------------------------------


def test_a_task_is_shown_with_its_dossier_and_no_longer(cast: Cast, dossier: Dossier) -> None:
    task = TaskFactory(dossier=dossier)
    mandate = lent(dossier, cast.dutch_officer, "view")
    assert rows_of(cast.belgian_colleague, Task) == {task.pk}
    assert rows_of(cast.dutch_officer, Task) == {task.pk}
    moved(mandate, state="ended")
    for person in (cast.dutch_officer, cast.belgian_elsewhere, cast.belgian_auditor, None):
        assert rows_of(person, Task) == set()


def test_who_is_given_a_task_sees_nothing_by_it(cast: Cast, dossier: Dossier) -> None:
    with without_rules("cases_task"):
        TaskFactory(dossier=dossier, assignee=cast.dutch_officer)
    assert rows_of(cast.dutch_officer, Task) == rows_of(cast.dutch_officer, Dossier) == set()


HOLDS = "cases_holds(%s, %s, '{contribute}')"


@pytest.mark.parametrize(
    ("who", "holds"),
    [
        ("belgian_officer", True),
        ("belgian_colleague", True),
        ("belgian_headquarters", True),
        ("belgian_elsewhere", False),
        ("belgian_auditor", False),
        ("belgian_leaver", False),
        ("belgian_newcomer", False),
        ("belgian_closed", False),
        ("dutch_officer", False),
    ],
)
def test_whether_another_person_contributes(
    cast: Cast, dossier: Dossier, who: str, *, holds: bool
) -> None:
    assert told(HOLDS, dossier.pk, getattr(cast, who).pk) is holds


def test_a_task_goes_to_a_contributor_under_a_mandate_while_it_lasts(
    cast: Cast, dossier: Dossier
) -> None:
    me = cast.belgian_officer
    mandate = lent(dossier, cast.dutch_officer)
    values = {"dossier": dossier.pk, "me": me.pk, "officer": cast.dutch_officer.pk}
    assert not refused(me, insert_task(), values)
    moved(mandate, state="ended")
    assert refused(me, insert_task(), values)


def test_a_task_is_reassigned_to_a_contributor_only(cast: Cast, dossier: Dossier) -> None:
    task, viewer = TaskFactory(dossier=dossier), cast.dutch_officer
    lent(dossier, viewer, "view")
    change = "UPDATE cases_task SET assignee_id = %s WHERE id = %s"
    assert refused(cast.belgian_colleague, change, [viewer.pk, task.pk])
    assert not refused(cast.belgian_colleague, change, [cast.belgian_head.pk, task.pk])
    # A task that stays with somebody who lost access can still be moved in time, and finished.
    with without_rules("cases_task"):
        Task.objects.filter(pk=task.pk).update(assignee=viewer.pk)
    later = "UPDATE cases_task SET due_at = now() + interval '9 days' WHERE id = %s"
    assert not refused(cast.belgian_colleague, later, [task.pk])


def test_the_database_says_who_made_finished_and_when(cast: Cast, dossier: Dossier) -> None:
    me, other = cast.belgian_officer, cast.belgian_colleague
    values = {"dossier": dossier.pk, "me": me.pk, "officer": me.pk}
    raw(me, insert_task(made_at="'2001-01-01'", reminded_at="now()"), values)
    task = Task.objects.get()
    assert task.made_at.year > 2001
    assert task.reminded_at is None
    raw(
        me,
        "UPDATE cases_task SET state = 'done', finished_by_id = %s, finished_at = '2001-01-01'",
        [other.pk],
    )
    task.refresh_from_db()
    assert task.finished_by_id == me.pk
    assert task.finished_at is not None
    assert task.finished_at.year > 2001


def test_every_step_of_a_task_stands_in_the_timeline_with_its_author(
    cast: Cast, dossier: Dossier
) -> None:
    me, other = cast.belgian_officer, cast.belgian_colleague
    values = {"dossier": dossier.pk, "me": me.pk, "officer": me.pk}
    raw(me, insert_task(), values)
    for change in (
        f"assignee_id = {other.pk}",
        "due_at = due_at + interval '1 hour'",
        "due_at = due_at",
        f"state = 'dropped', finished_by_id = {me.pk}, finished_at = now(), finish_reason = 'No'",
    ):
        raw(me, f"UPDATE cases_task SET {change}")
    events = Entry.objects.filter(kind="event").order_by("at")
    assert [each.event for each in events] == [
        "task.made", "task.moved", "task.moved", "task.dropped",
    ]  # fmt: skip
    assert {each.author_id for each in events} == {me.pk}
    made, given, timed, dropped = (each.facts for each in events)
    assert made.keys() == {"task", "title", "receiver", "due"}
    assert given.keys() == {"task", "title", "receiver"}
    assert given["receiver"] == str(other.person_ptr)
    assert timed.keys() == {"task", "title", "due"}
    assert dropped.keys() == {"task", "title", "reason"}


# Reminders ------------------------------------------------------------------------------------


def _reminders() -> list[tuple[str, int]]:
    found = Alert.objects.filter(event="task.due").order_by("created_at")
    return [(each.reference, each.recipient_id) for each in found]


def test_a_due_task_is_reminded_of_once_for_each_due_time(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    task = TaskFactory(dossier=dossier, due_at=in_(minutes=-1))
    assert steps.remind() == 1
    assert steps.remind() == 0
    assert _reminders() == [(dossier.reference, me.pk)]
    steps.move_task(me, task, due_at=in_(minutes=-0.5))
    assert steps.remind() == 1
    assert len(_reminders()) == 2


def test_nothing_is_reminded_of_that_is_not_due_not_open_or_of_a_closed_dossier(
    cast: Cast, dossier: Dossier
) -> None:
    TaskFactory(dossier=dossier, due_at=in_(minutes=1))
    done = TaskFactory(dossier=dossier, due_at=in_(minutes=1))
    steps.finish_task(cast.belgian_officer, done)
    with without_rules("cases_task"):
        Task.objects.filter(pk=done.pk).update(due_at=in_(minutes=-1))
    closed = DossierFactory(handler=cast.belgian_officer, status="closed")
    passed_over = TaskFactory(dossier=closed, due_at=in_(minutes=-1))
    assert steps.remind() == 0
    assert _reminders() == []
    passed_over.refresh_from_db()
    assert passed_over.reminded_at is not None  # never looked at again


def test_no_more_are_reminded_of_in_a_turn_than_asked_for_the_longest_due_first(
    cast: Cast, dossier: Dossier
) -> None:
    for minutes in (3, 9, 6):
        TaskFactory(dossier=dossier, due_at=in_(minutes=-minutes), title=str(minutes))
    raw(None, "SELECT * FROM cases_tasks_due(2)")
    left = Task.objects.filter(reminded_at=None)
    assert [task.title for task in left] == ["3"]


def test_only_the_system_reminds(cast: Cast) -> None:
    assert refused(cast.belgian_officer, "SELECT count(*) FROM cases_tasks_due(9)")


# Links ----------------------------------------------------------------------------------------


def test_a_link_is_shown_to_who_sees_both_ends_and_to_nobody_else(
    cast: Cast, dossier: Dossier
) -> None:
    far = DossierFactory(owner="NL", handler=cast.dutch_officer)
    there, back = LinkFactory(source=dossier, target=far), LinkFactory(
        source=far, target=dossier, kind="same_person"
    )  # fmt: skip
    lent(far, cast.belgian_colleague, "view")
    mandate = lent(dossier, cast.dutch_colleague, "view")
    both = {there.pk, back.pk}
    assert rows_of(cast.belgian_colleague, Link) == both
    assert rows_of(cast.dutch_colleague, Link) == both
    for person in (cast.belgian_officer, cast.dutch_officer, cast.dutch_headquarters, None):
        assert rows_of(person, Link) == set()
    moved(mandate, state="ended")
    assert rows_of(cast.dutch_colleague, Link) == set()


@pytest.mark.parametrize("end", ["source_id", "target_id"])
def test_a_link_needs_contribute_at_both_ends(cast: Cast, dossier: Dossier, end: str) -> None:
    me = cast.belgian_officer
    own = DossierFactory(handler=me)
    far = DossierFactory(owner="NL")
    lent(far, me, "view")
    ends = {"dossier": own.pk, "closed": dossier.pk, "me": me.pk}
    assert not refused(me, insert_link(), ends)
    assert refused(me, insert_link(**{end: "%(far)s"}), ends | {"far": far.pk})
    made = LinkFactory(**{"source": own, "target": dossier, end.removesuffix("_id"): far})
    remove = "UPDATE cases_link SET ended_by_id = %s, ended_at = now() WHERE id = %s"
    assert refused(me, remove, [me.pk, made.pk])


def test_a_link_of_a_kind_is_there_once_whichever_way_round(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    other = DossierFactory(handler=me)
    made = LinkFactory(source=dossier, target=other)
    with pytest.raises(IntegrityError, match="link_of_a_kind_once"), transaction.atomic():
        LinkFactory(source=other, target=dossier)
    LinkFactory(source=other, target=dossier, kind="same_person")
    steps.unlink(me, made)
    LinkFactory(source=other, target=dossier)


def test_the_database_says_who_made_and_ended_a_row_and_when(cast: Cast, dossier: Dossier) -> None:
    me, other = cast.belgian_officer, cast.belgian_colleague
    ends = {"dossier": dossier.pk, "closed": DossierFactory(handler=me).pk, "me": me.pk}
    raw(me, insert_link(made_at="'2001-01-01'"), ends)
    assert Link.objects.get().made_at.year > 2001
    raw(me, "UPDATE cases_link SET ended_by_id = %s, ended_at = '2001-01-01'", [other.pk])
    link = Link.objects.get()
    assert link.ended_by_id == me.pk
    assert link.ended_at is not None
    assert link.ended_at.year > 2001


# Projects -------------------------------------------------------------------------------------


@pytest.fixture
def project(cast: Cast, dossier: Dossier) -> Project:
    """A project of a Belgian head of desk with a Belgian and a Dutch officer, and a dossier."""
    return project_of(
        cast.belgian_head, cast.belgian_colleague, cast.dutch_officer, dossiers=[dossier]
    )


def test_a_project_is_seen_by_its_members_and_its_dossiers_by_their_readers(
    cast: Cast, project: Project, dossier: Dossier
) -> None:
    for person in (cast.belgian_head, cast.belgian_colleague, cast.dutch_officer):
        assert rows_of(person, Project) == {project.pk}
        assert len(rows_of(person, ProjectMember)) == 3
    assert len(rows_of(cast.belgian_colleague, ProjectDossier)) == 1
    assert rows_of(cast.dutch_officer, ProjectDossier) == set()
    for person in (cast.belgian_officer, cast.belgian_coordinator, cast.dutch_head, None):
        assert rows_of(person, Project) == rows_of(person, ProjectMember) == set()
        assert rows_of(person, ProjectDossier) == set()
    assert rows_of(cast.dutch_officer, Dossier) == set()


def test_who_left_a_project_or_has_no_posting_is_not_in_it(cast: Cast, project: Project) -> None:
    question, other = "lodesk_in_project(%s)", project_of(cast.belgian_coordinator)
    assert ask(cast.dutch_officer, question, project.pk)
    assert not ask(cast.dutch_officer, question, other.pk)
    members = project.members.filter(person=cast.dutch_officer.pk)
    members.update(ended_at=timezone.now(), ended_by=cast.belgian_head.pk)
    assert not ask(cast.dutch_officer, question, project.pk)
    as_owner(
        "UPDATE accounts_posting SET ends_at = now() WHERE person_id = %s", [cast.belgian_head.pk]
    )
    assert not ask(cast.belgian_head, question, project.pk)


@pytest.mark.parametrize(
    ("who", "leads"),
    [
        ("belgian_head", True),
        ("belgian_headquarters", True),
        ("dutch_coordinator", True),
        ("luxembourg_headquarters", True),
        ("belgian_officer", False),
        ("belgian_auditor", False),
        ("belgian_administrator", False),
        ("belgian_leaver", False),
        ("belgian_closed", False),
        (None, False),
    ],
)
def test_who_may_make_a_project(cast: Cast, who: str | None, *, leads: bool) -> None:
    assert bool(ask(getattr(cast, who) if who else None, "lodesk_leads()")) is leads


def test_who_makes_a_project_is_its_first_member(cast: Cast) -> None:
    me = cast.belgian_head
    raw(
        me,
        "INSERT INTO cases_project (id, name, made_by_id, made_at, ended_reason)"
        " VALUES (gen_random_uuid(), 'x', %s, '2001-01-01', '')",
        [me.pk],
    )
    project = Project.objects.get()
    assert project.made_at.year > 2001
    assert [member.person_id for member in project.members.all()] == [me.pk]


NAME = (
    "INSERT INTO cases_projectmember (id, project_id, person_id, made_by_id, made_at,"
    " ended_reason) VALUES (gen_random_uuid(), %s, %s, %s, now(), '')"
)
TAKE = (
    "UPDATE cases_projectmember SET ended_by_id = lodesk_me(), ended_at = now()"
    " WHERE project_id = %s AND person_id = %s"
)


def test_a_member_who_leads_names_people_who_work(cast: Cast, project: Project) -> None:
    def names(by: User, person: User) -> bool:
        return not refused(by, NAME, [project.pk, person.pk, by.pk])

    assert names(cast.belgian_head, cast.luxembourg_headquarters)
    assert not names(cast.belgian_colleague, cast.luxembourg_headquarters)  # does not lead
    assert not names(cast.dutch_head, cast.luxembourg_headquarters)  # is not in it
    for who in ("belgian_auditor", "belgian_leaver", "belgian_closed", "belgian_newcomer"):
        assert not names(cast.belgian_head, getattr(cast, who))


def test_a_member_leaves_by_himself_or_is_taken_out_by_who_leads(
    cast: Cast, project: Project
) -> None:
    colleague, dutch = cast.belgian_colleague, cast.dutch_officer
    assert not refused(colleague, TAKE, [project.pk, colleague.pk])
    assert refused(colleague, TAKE, [project.pk, dutch.pk])
    assert not refused(cast.belgian_head, TAKE, [project.pk, dutch.pk])
    assert refused(cast.dutch_head, TAKE, [project.pk, dutch.pk])


RENAME = "UPDATE cases_project SET name = 'y' WHERE id = %s"
OVER = "UPDATE cases_project SET ended_at = '2001-01-01', ended_by_id = %s WHERE id = %s"


def test_a_member_who_leads_renames_a_project_and_ends_it_once(
    cast: Cast, project: Project
) -> None:
    other = project_of(cast.belgian_coordinator)
    for by, which in ((cast.belgian_colleague, project), (cast.dutch_head, project),
                      (cast.belgian_head, other)):  # fmt: skip
        assert refused(by, RENAME, [which.pk])
        assert refused(by, OVER, [by.pk, which.pk])
    assert not refused(cast.belgian_head, RENAME, [project.pk])
    raw(cast.belgian_head, OVER, [cast.belgian_colleague.pk, project.pk])
    project.refresh_from_db()
    assert project.ended_by_id == cast.belgian_head.pk  # whoever was named
    assert project.ended_at is not None
    assert project.ended_at.year > 2001
    assert refused(cast.belgian_head, RENAME, [project.pk])
    assert refused(cast.belgian_head, OVER, [cast.belgian_head.pk, project.pk])


def test_a_project_that_has_ended_takes_neither_people_nor_dossiers(
    cast: Cast, project: Project, dossier: Dossier
) -> None:
    me, other = cast.belgian_head, DossierFactory(handler=cast.belgian_head)
    name = [project.pk, cast.belgian_headquarters.pk, me.pk]
    put = [project.pk, other.pk, me.pk]
    assert (refused(me, NAME, name), refused(me, PUT, put)) == (False, False)
    as_owner("UPDATE cases_project SET ended_at = now(), ended_by_id = %s", [me.pk])
    assert (refused(me, NAME, name), refused(me, PUT, put)) == (True, True)
    assert not refused(me, TAKE, [project.pk, cast.dutch_officer.pk])  # leaving goes on


PUT = (
    "INSERT INTO cases_projectdossier (id, project_id, dossier_id, made_by_id, made_at,"
    " ended_reason) VALUES (gen_random_uuid(), %s, %s, %s, now(), '')"
)
OUT = "UPDATE cases_projectdossier SET ended_by_id = lodesk_me(), ended_at = now()"


def test_a_dossier_is_put_in_and_taken_out_by_a_member_who_handles_or_oversees_it(
    cast: Cast, dossier: Dossier
) -> None:
    me = cast.belgian_officer
    project = project_of(cast.belgian_headquarters, me, cast.belgian_colleague)
    empty = project_of(cast.belgian_coordinator)

    def puts(by: User, into: Project = project) -> bool:
        return not refused(by, PUT, [into.pk, dossier.pk, by.pk])

    assert puts(me)
    assert puts(cast.belgian_headquarters)
    assert not puts(cast.belgian_colleague)  # contributes only
    assert not puts(cast.belgian_coordinator)  # oversees it, and is not in the project
    assert not puts(me, empty)
    ProjectDossier.objects.create(project=project, dossier=dossier, made_by=me.person_ptr)
    assert not refused(me, OUT)
    assert refused(cast.belgian_colleague, OUT)
    assert refused(cast.belgian_coordinator, OUT)


# Templates ------------------------------------------------------------------------------------


def test_a_template_is_read_by_its_country_and_kept_by_its_coordinators(cast: Cast) -> None:
    mine = TemplateFactory()
    TemplateFactory(owner="NL")
    for who in ("belgian_officer", "belgian_coordinator"):
        assert rows_of(getattr(cast, who), Template) == {mine.pk}
    for who in ("belgian_auditor", "belgian_leaver", "belgian_closed", "luxembourg_coordinator"):
        assert rows_of(getattr(cast, who), Template) == set()
    end = "UPDATE cases_template SET ended_by_id = lodesk_me(), ended_at = now()"
    assert raw(cast.belgian_coordinator, end) == 1
    assert refused(cast.belgian_headquarters, end)
    assert refused(cast.luxembourg_coordinator, end)


# Saved views ----------------------------------------------------------------------------------

KEEP = (
    "INSERT INTO cases_savedview (id, person_id, place, name, asked)"
    " VALUES (gen_random_uuid(), %(person)s, 7, 'x', 'kind=other')"
)


def test_saved_views_are_ones_own_and_nobody_elses(cast: Cast) -> None:
    mine, other = cast.belgian_officer, cast.belgian_colleague
    view = SavedViewFactory(person=mine)
    assert rows_of(mine, SavedView) == {view.pk}
    for name, person in cast.people.items():
        if person != mine:
            assert rows_of(person, SavedView) == set(), name
    change = "UPDATE cases_savedview SET name = 'x'"
    assert raw(mine, change) == 1
    assert refused(other, change)
    assert not refused(other, KEEP, {"person": other.pk})
    assert refused(other, KEEP, {"person": mine.pk})


@pytest.mark.parametrize("who", ["belgian_leaver", "belgian_newcomer", "belgian_auditor"])
def test_who_reads_no_dossier_has_no_saved_view(cast: Cast, who: str) -> None:
    person = getattr(cast, who)
    SavedViewFactory(person=person)
    assert rows_of(person, SavedView) == set()
    with as_person(person):
        assert not SavedView.objects.visible_to(person).exists()
    assert refused(person, "UPDATE cases_savedview SET name = 'x'")
    assert refused(person, KEEP, {"person": person.pk})


# Python's wall alone --------------------------------------------------------------------------


def test_python_alone_shows_links_projects_and_templates_to_the_same_people(
    cast: Cast, project: Project, dossier: Dossier
) -> None:
    """As the owner of the tables, whom no policy holds."""
    far = DossierFactory(owner="NL", handler=cast.dutch_officer)
    LinkFactory(source=dossier, target=far)
    LinkFactory(source=dossier, target=DossierFactory(handler=cast.belgian_officer))
    lent(far, cast.belgian_colleague, "view")
    TemplateFactory()
    TemplateFactory(owner="NL")
    for each in cast.people.values():
        SavedViewFactory(person=each)
        for sight in Sight.values:
            ContactFactory(keeper=each, visibility=sight)
    gone = project.members.get(person=cast.dutch_officer.pk)
    ProjectMember.objects.filter(pk=gone.pk).update(
        ended_at=timezone.now(), ended_by=cast.belgian_head.pk
    )
    add_posting(cast, cast.belgian_auditor, "officer", "BSB", ends_at=in_(seconds=-1))
    for name, person in cast.people.items():
        for model in (Link, Project, Template, SavedView, Contact):
            python = set(model.objects.visible_to(person).values_list("pk", flat=True))
            assert python == rows_of(person, model), (name, model)


def test_postgresql_refuses_a_task_also_when_policy_would_not(
    cast: Cast, dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cases import policy  # noqa: PLC0415

    lent(dossier, cast.dutch_officer, "view")
    monkeypatch.setattr(policy, "require", lambda *_arguments: None)
    with pytest.raises(DatabaseError), transaction.atomic(), as_person(cast.dutch_officer):
        steps.give_task(cast.dutch_officer, dossier, cast.belgian_officer)
