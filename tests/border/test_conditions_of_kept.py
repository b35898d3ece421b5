"""Conditions of tasks, links, projects and templates, each by itself: see test_each_wall.py.

What is refused by a policy is asked for as the application, what by a trigger as the owner of the
tables. A statement without WHERE meets no policy for reading: only the one for changing stands.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import User
from cases.models import Dossier, Link, Project, ProjectDossier, ProjectMember, Task, Template
from tests.border.attempts import _in_project as insert_in_project
from tests.border.attempts import _link as insert_link
from tests.border.attempts import _member as insert_member
from tests.border.attempts import _template as insert_template
from tests.factories import (
    Cast,
    DossierFactory,
    LinkFactory,
    TaskFactory,
    TemplateFactory,
    project_of,
    raw,
    refused,
)
from tests.looking import as_owner

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def _stays(statement: str, values: Any = None) -> bool:
    """Whether not even the owner of the tables gets it past the triggers."""
    try:
        with transaction.atomic():
            as_owner(statement, values)
            transaction.set_rollback(True)
    except DatabaseError as error:
        if "once" not in str(error) and "never change" not in str(error):
            raise
        return True
    return False


# Tasks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "change", "stays"),
    [
        ("open", "due_at = due_at + interval '1 day'", False),
        ("open", "state = 'done', finished_at = now(), finished_by_id = made_by_id", False),
        ("open", "title = 'y'", True),
        ("open", "made_at = now()", True),
        ("open", "finish_reason = 'y'", True),
        ("done", "state = 'open', finished_at = NULL, finished_by_id = NULL", True),
        ("done", "state = 'dropped', finish_reason = 'y'", True),
        ("done", "finish_reason = 'y'", True),
        ("done", "assignee_id = NULL", True),
    ],
)
def test_of_a_task_only_its_next_step_changes(
    cast: Cast, dossier: Dossier, state: str, change: str, *, stays: bool
) -> None:
    ended = {"finished_by_id": cast.belgian_officer.pk, "finished_at": timezone.now()}
    TaskFactory(dossier=dossier, state=state, **(ended if state == "done" else {}))
    assert _stays(f"UPDATE cases_task SET {change}") is stays


def test_who_finishes_a_task_is_who_acts_and_set_up_tells_of_the_past(
    cast: Cast, dossier: Dossier
) -> None:
    me, other = cast.belgian_officer, cast.belgian_colleague
    finish = (
        "UPDATE cases_task SET state = 'done', finished_by_id = %s, finished_at = '2001-01-01'"
        " WHERE id = %s"
    )
    told, acted = TaskFactory.create_batch(2, dossier=dossier)
    as_owner(finish, [other.pk, told.pk])
    raw(me, finish, [other.pk, acted.pk])
    rows = {task.pk: (task.finished_by_id, task.finished_at) for task in Task.objects.all()}
    assert rows[told.pk][0] == other.pk
    assert rows[acted.pk][0] == me.pk
    years = [at.year for _who, at in (rows[told.pk], rows[acted.pk]) if at]
    assert years[0] == 2001 < years[1]


def test_tasks_are_seen_with_their_dossier_only(cast: Cast, dossier: Dossier) -> None:
    task = TaskFactory(dossier=dossier)
    hidden = DossierFactory(owner="NL", handler=cast.dutch_officer)
    TaskFactory(dossier=hidden)
    assert raw(cast.belgian_officer, "SELECT id FROM cases_task") == [(task.pk,)]


# What is kept and ended -----------------------------------------------------------------------

Made = tuple[str, str, dict[str, Any], User]


def _a_link(cast: Cast, dossier: Dossier) -> Made:
    other = DossierFactory(handler=cast.belgian_officer)
    values = {"dossier": dossier.pk, "closed": other.pk}
    return "cases_link", insert_link(made_at="'2001-01-01'"), values, cast.belgian_officer


def _a_member(cast: Cast, _dossier: Dossier) -> Made:
    project = project_of(cast.belgian_head)
    values = {"project": project.pk, "elsewhere": cast.belgian_officer.pk}
    return "cases_projectmember", insert_member(made_at="'2001-01-01'"), values, cast.belgian_head


def _a_dossier_of_a_project(cast: Cast, dossier: Dossier) -> Made:
    project = project_of(cast.belgian_head, cast.belgian_officer)
    values = {"project": project.pk, "other": dossier.pk}
    statement = insert_in_project(made_at="'2001-01-01'")
    return "cases_projectdossier", statement, values, cast.belgian_officer


def _a_template(cast: Cast, _dossier: Dossier) -> Made:
    statement = insert_template(made_at="'2001-01-01'")
    return "cases_template", statement, {}, cast.belgian_coordinator


@pytest.mark.parametrize("make", [_a_link, _a_member, _a_dossier_of_a_project, _a_template])
def test_what_is_kept_says_truly_who_made_and_who_ended_it_and_when(
    cast: Cast, dossier: Dossier, make: Callable[..., Made]
) -> None:
    table, statement, values, me = make(cast, dossier)
    before = {key for (key,) in as_owner(f"SELECT id FROM {table}")}
    raw(me, statement, values | {"me": me.pk})
    ((key, made_at),) = [
        row for row in as_owner(f"SELECT id, made_at FROM {table}") if row[0] not in before
    ]
    assert made_at.year > 2001
    end = (
        f"UPDATE {table} SET ended_at = '2001-01-01', ended_by_id = %s, ended_reason = 'x'"
        " WHERE id = %s"
    )
    assert _stays(f"UPDATE {table} SET made_at = '2001-01-01' WHERE id = %s", [key])
    assert raw(me, end, [cast.dutch_officer.pk, key]) == 1
    ((by, ended_at),) = as_owner(f"SELECT ended_by_id, ended_at FROM {table} WHERE id = %s", [key])
    assert by == me.pk
    assert ended_at.year > 2001
    assert _stays(end, [me.pk, key])
    assert refused(me, end, [me.pk, key])


@pytest.mark.parametrize("model", [Link, Template])
def test_set_up_may_tell_of_what_was_ended(
    cast: Cast, dossier: Dossier, model: type[Link] | type[Template]
) -> None:
    made = (
        LinkFactory(source=dossier, target=DossierFactory(handler=cast.belgian_officer))
        if model is Link
        else TemplateFactory()
    )
    then = timezone.now() - 9 * DAY
    other = cast.belgian_head.pk
    model.objects.filter(pk=made.pk).update(ended_at=then, ended_by=other, ended_reason="x")
    made.refresh_from_db()
    assert (made.ended_at, made.ended_by_id) == (then, other)


# Projects -------------------------------------------------------------------------------------


def _end(project: Project, by: User) -> None:
    ended = {"ended_at": timezone.now(), "ended_by": by.person_ptr, "ended_reason": "x"}
    Project.objects.filter(pk=project.pk).update(**ended)


def test_of_a_project_only_its_name_changes_and_of_an_ended_one_nothing(cast: Cast) -> None:
    project = project_of(cast.belgian_head)
    key = [project.pk]
    assert not _stays("UPDATE cases_project SET name = 'y' WHERE id = %s", key)
    assert _stays("UPDATE cases_project SET made_at = now() WHERE id = %s", key)
    _end(project, cast.belgian_head)
    assert _stays("UPDATE cases_project SET name = 'y' WHERE id = %s", key)
    assert _stays("UPDATE cases_project SET ended_reason = 'y' WHERE id = %s", key)


def test_everything_one_leads_is_what_is_in_ones_reach_and_not_ended(cast: Cast) -> None:
    head = cast.belgian_head
    project_of(cast.dutch_coordinator)
    mine, ended = project_of(head, name="Mine"), project_of(head, name="Ended")
    _end(ended, head)
    assert raw(head, "UPDATE cases_project SET name = 'y'") == 1
    assert Project.objects.get(name="y").pk == mine.pk


def test_nobody_takes_people_out_of_a_project_he_is_not_in(cast: Cast) -> None:
    project_of(cast.dutch_coordinator, cast.dutch_officer)
    mine = project_of(cast.belgian_head, cast.belgian_officer)
    assert raw(cast.belgian_head, "UPDATE cases_projectmember SET ended_reason = 'x'") == 2
    left = ProjectMember.objects.filter(ended_at=None).values_list("project", flat=True)
    assert mine.pk not in left
    assert len(left) == 2


def test_nothing_is_added_to_an_ended_project_while_another_goes_on(
    cast: Cast, dossier: Dossier
) -> None:
    head, me = cast.belgian_head, cast.belgian_officer
    goes_on, ended = (project_of(head, me, name=name) for name in ("Goes on", "Ended"))
    _end(ended, head)
    member = {"me": head.pk, "elsewhere": cast.belgian_colleague.pk}
    within = {"me": me.pk, "other": dossier.pk}
    for project, lets in ((goes_on, True), (ended, False)):
        key = {"project": project.pk}
        assert refused(head, insert_member(), member | key) is not lets
        assert refused(me, insert_in_project(), within | key) is not lets


def test_of_the_dossiers_of_a_project_each_member_sees_his_own(
    cast: Cast, dossier: Dossier
) -> None:
    other = DossierFactory(owner="NL", confined=True)
    project_of(cast.belgian_head, cast.belgian_officer, dossiers=[dossier, other])
    seen = raw(cast.belgian_officer, "SELECT dossier_id FROM cases_projectdossier")
    assert seen == [(dossier.pk,)]
    assert ProjectDossier.objects.count() == 2
