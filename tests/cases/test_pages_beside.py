"""Pages of tasks, links, projects and templates, and where they stand on other pages."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from accounts.models import User
from cases.models import Dossier, Link, Project, Task, Template
from tests import steps
from tests.browsers import HouseClient
from tests.factories import (
    Cast,
    DossierFactory,
    LinkFactory,
    MandateFactory,
    TaskFactory,
    TemplateFactory,
    grant,
    project_of,
    without_rules,
)
from tests.pages import filled, local, text_of
from tests.steps import in_

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], HouseClient]


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles at Bogotá."""
    return DossierFactory(handler=cast.belgian_officer, title="Reefer")


@pytest.fixture
def officer(cast: Cast, client_of: ClientOf) -> HouseClient:
    """The browser of the Belgian officer."""
    return client_of(cast.belgian_officer)


def here(dossier: Dossier, rest: str = "") -> str:
    """An address of a dossier."""
    return f"/d/{dossier.reference}/{rest}"


def typed(**span: float) -> str:
    """A moment from now, as an officer at Bogotá types it."""
    return local(in_(**span).astimezone(ZoneInfo("America/Bogota")))


# Tasks ----------------------------------------------------------------------------------------


def test_a_task_is_made_shown_and_marked_as_done_in_one_click(
    cast: Cast, dossier: Dossier, officer: HouseClient, client_of: ClientOf
) -> None:
    page = officer.get(here(dossier, "tasks/new"))
    sent = filled(page, title="Call the port", assignee=str(cast.belgian_colleague.public_id))
    assert officer.post(here(dossier, "tasks/new"), sent).url == f"{here(dossier)}#tasks"
    task = Task.objects.get()
    shown = text_of(officer.get(here(dossier)))
    assert "Tasks1Add" in shown
    assert "B. Exemple (BE), in" in shown
    colleague = client_of(cast.belgian_colleague)
    assert "Mark as done" in text_of(colleague.get(here(dossier)))
    answer = colleague.post(here(dossier, f"tasks/{task.pk}/"), {"action": "done"})
    assert answer.url == f"{here(dossier)}#tasks"
    shown = text_of(officer.get(here(dossier)))
    assert "Nothing to do. 1 finished" in shown
    assert "done by B. Exemple (BE)" in shown


def test_what_stands_in_the_way_is_said_beside_the_field_and_nothing_is_lost(
    dossier: Dossier, officer: HouseClient
) -> None:
    page = officer.get(here(dossier, "tasks/new"))
    past = typed(days=-1)
    sent = filled(page, title="Stg. GEHEIM", note="Kept", due_at=past)
    answer = officer.post(here(dossier, "tasks/new"), sent)
    form = answer.context["form"]
    assert form.errors.keys() == {"title", "due_at"}
    assert "Kept" in answer.content.decode()
    assert not Task.objects.exists()


def test_a_stranger_cannot_be_chosen(cast: Cast, dossier: Dossier, officer: HouseClient) -> None:
    page = officer.get(here(dossier, "tasks/new"))
    sent = filled(page, title="x", assignee=str(cast.dutch_officer.public_id))
    answer = officer.post(here(dossier, "tasks/new"), sent)
    assert answer.context["form"].errors.keys() == {"assignee"}


def test_a_task_is_given_away_and_given_more_time(
    cast: Cast, dossier: Dossier, officer: HouseClient
) -> None:
    task = TaskFactory(dossier=dossier, due_at=in_(hours=-1))
    path = here(dossier, f"tasks/{task.pk}/")
    page = officer.get(path)
    assert "late" in text_of(page)
    other = str(cast.belgian_colleague.public_id)
    sent = filled(page, "move_form", assignee=other) | {"action": "move"}
    assert officer.post(path, sent).status_code == 302
    moved = Task.objects.get()
    assert moved.assignee_id == cast.belgian_colleague.pk
    assert moved.due_at == task.due_at  # not touched: exact to the second, though past
    past = {"action": "move", "move-assignee": other,
            "move-due_at": typed(hours=-2)}  # fmt: skip
    assert officer.post(path, past).context["move_form"].errors.keys() == {"due_at"}
    sent = past | {"move-due_at": typed(days=2)}
    assert officer.post(path, sent).status_code == 302
    assert Task.objects.get().due_at > task.due_at


def test_a_task_is_dropped_with_a_reason_only(dossier: Dossier, officer: HouseClient) -> None:
    task = TaskFactory(dossier=dossier)
    path = here(dossier, f"tasks/{task.pk}/")
    assert officer.post(path, {"action": "drop"}).context["drop_form"].errors.keys() == {"reason"}
    sent = {"action": "drop", "drop-reason": "Not needed."}
    assert officer.post(path, sent).url == f"{here(dossier)}#tasks"
    page = officer.get(path)
    assert "Not needed." in text_of(page)
    assert "This task is finished." in text_of(page)
    assert officer.post(path, {"action": "done"}).status_code == 403


def test_a_task_of_another_dossier_is_not_there(
    cast: Cast, dossier: Dossier, officer: HouseClient
) -> None:
    other = TaskFactory(dossier=DossierFactory(handler=cast.belgian_officer))
    assert officer.get(here(dossier, f"tasks/{other.pk}/")).status_code == 404
    assert officer.post(here(dossier, f"tasks/{other.pk}/"), {"action": "done"}).status_code == 404


def test_who_lost_access_is_marked_at_his_task(
    cast: Cast, dossier: Dossier, officer: HouseClient
) -> None:
    TaskFactory(dossier=dossier)
    warning = "May no longer add to this dossier"
    assert warning not in text_of(officer.get(here(dossier)))
    with without_rules("cases_task"):
        Task.objects.update(assignee=cast.dutch_officer.person_ptr)
    assert warning in text_of(officer.get(here(dossier)))


def test_who_may_only_view_sees_tasks_without_buttons(
    cast: Cast, dossier: Dossier, client_of: ClientOf
) -> None:
    viewer = cast.dutch_officer
    grant(dossier, viewer, "view", MandateFactory(dossier=dossier, receiver=viewer, level="view"))
    task = TaskFactory(dossier=dossier)
    client = client_of(viewer)
    shown = text_of(client.get(here(dossier)))
    assert task.title in shown
    assert "Mark as done" not in shown
    page = text_of(client.get(here(dossier, f"tasks/{task.pk}/")))
    assert "You may read this dossier, not add to it." in page
    assert "Mark as done" not in page


# The worklist ---------------------------------------------------------------------------------


def groups(client: HouseClient) -> dict[str, list[tuple[str, str]]]:
    """Reference and next step of the rows, by group."""
    found = client.get("/").context["groups"]
    return {group.slug: [(row.reference, row.next) for row in group.rows] for group in found}


def test_the_worklist_shows_tasks_where_they_are_due(
    cast: Cast, dossier: Dossier, client_of: ClientOf
) -> None:
    me = cast.belgian_colleague
    client = client_of(me)
    assert groups(client) == {"desk": [(dossier.reference, "")]}
    task = TaskFactory(dossier=dossier, assignee=me, title="Translate", due_at=in_(days=2))
    led = [(dossier.reference, "Task: Translate")]
    assert groups(client) == {"waiting": led}
    steps.move_task(me, task, due_at=in_(hours=-1))
    assert groups(client) == {"overdue": led}
    steps.finish_task(me, task)
    assert groups(client) == {"desk": [(dossier.reference, "")]}


def test_a_dossier_of_ones_own_is_led_by_what_is_due_first(
    cast: Cast, officer: HouseClient
) -> None:
    me = cast.belgian_officer
    dossier = DossierFactory(handler=me, next_step="Answer", due_at=in_(hours=-2))
    TaskFactory(dossier=dossier, title="First", due_at=in_(hours=-3))
    TaskFactory(dossier=dossier, title="Second", due_at=in_(hours=-1))
    assert groups(officer) == {"overdue": [(dossier.reference, "Task: First")]}
    steps.finish_task(me, Task.objects.get(title="First"))
    assert groups(officer) == {"overdue": [(dossier.reference, "Answer")]}


def test_headquarters_find_their_tasks_once(
    cast: Cast, dossier: Dossier, client_of: ClientOf
) -> None:
    client = client_of(cast.belgian_headquarters)
    assert groups(client) == {"rest": [(dossier.reference, "")]}
    TaskFactory(
        dossier=dossier, assignee=cast.belgian_headquarters, title="Ask", due_at=in_(days=3)
    )
    assert groups(client) == {"waiting": [(dossier.reference, "Task: Ask")]}


def test_a_task_out_of_sight_or_of_a_closed_dossier_is_not_on_the_worklist(
    cast: Cast, client_of: ClientOf
) -> None:
    me = cast.dutch_officer
    hidden = DossierFactory(handler=cast.belgian_officer)
    closed = DossierFactory(owner="NL", handler=me, status="closed")
    with without_rules("cases_task"):
        TaskFactory(dossier=hidden, assignee=me)
        TaskFactory(dossier=closed, assignee=me)
    assert groups(client_of(me)) == {}


def test_the_rail_counts_a_dossier_with_a_task_once(
    cast: Cast, dossier: Dossier, client_of: ClientOf
) -> None:
    def counted(person: User) -> str:
        return str(client_of(person).get("/help/").context["frame"].nav[0].count)

    dutch = cast.dutch_officer
    grant(dossier, dutch, "contribute", MandateFactory(dossier=dossier, receiver=dutch))
    assert (counted(dutch), counted(cast.belgian_officer)) == ("", "1")
    for person in (dutch, cast.belgian_officer):
        TaskFactory.create_batch(2, dossier=dossier, assignee=person)
    assert (counted(dutch), counted(cast.belgian_officer)) == ("1", "1")


# Links ----------------------------------------------------------------------------------------


def test_a_link_is_made_by_reference_and_removed_with_a_reason(
    cast: Cast, dossier: Dossier, officer: HouseClient
) -> None:
    other = DossierFactory(handler=cast.belgian_officer, title="The other one")
    path = here(dossier, "links/")
    sent = {"kind": "answer_to", "target": f" {other.reference.lower()} "}
    assert officer.post(path, sent).url == f"{here(dossier)}#links"
    assert "Links1Add" in text_of(officer.get(here(dossier)))
    assert "is answered by" in text_of(officer.get(here(other)))
    link = Link.objects.get()
    remove = f"{path}{link.pk}/"
    assert officer.post(remove, {"reason": ""}).context["form"].errors.keys() == {"reason"}
    assert officer.post(remove, {"reason": "A mistake."}).url == path
    shown = text_of(officer.get(path))
    assert "This dossier has no link you may see." in shown
    assert "A mistake." in shown
    assert officer.get(remove).status_code == 404


@pytest.mark.parametrize("wrong", ["hidden", "nowhere", "itself", "again", "only viewed"])
def test_a_link_that_cannot_be_is_refused_beside_the_field(
    cast: Cast, dossier: Dossier, officer: HouseClient, wrong: str
) -> None:
    me = cast.belgian_officer
    other = DossierFactory(owner="NL")
    if wrong == "again":
        other = DossierFactory(handler=me)
        LinkFactory(source=other, target=dossier)
    elif wrong == "only viewed":
        grant(other, me, "view", MandateFactory(dossier=other, receiver=me, level="view"))
    target = {"nowhere": "NL-BOG-1999-00001", "itself": dossier.reference}.get(
        wrong, other.reference
    )
    before = Link.objects.count()
    answer = officer.post(here(dossier, "links/"), {"kind": "related", "target": target})
    assert answer.context["form"].errors.keys() == {"target"}
    assert Link.objects.count() == before
    ((sentence,),) = answer.context["form"].errors.values()
    expected = {
        "itself": "itself", "again": "already", "only viewed": "not link it",
    }.get(wrong, "no dossier of this reference")  # fmt: skip
    assert expected in sentence


# Projects -------------------------------------------------------------------------------------


def test_a_project_is_made_filled_and_left(
    cast: Cast, dossier: Dossier, officer: HouseClient, client_of: ClientOf
) -> None:
    head = client_of(cast.belgian_head)
    people = [str(cast.belgian_officer.public_id), str(cast.dutch_officer.public_id)]
    made = head.post("/projects/new", {"name": "Tucán", "people": people})
    project = Project.objects.get()
    assert made.url == f"/projects/{project.pk}/"
    assert "Tucán 3 0" in text_of(officer.get("/projects/"))
    put = {"action": "put_in", "put-dossier": dossier.reference}
    assert officer.post(made.url, put).status_code == 302
    assert dossier.reference in text_of(officer.get(made.url))
    assert "Tucánproject" in text_of(officer.get(here(dossier)))
    dutch = client_of(cast.dutch_officer)
    shown = text_of(dutch.get(made.url))
    assert "There is no dossier in it that you may see." in shown
    assert "C. Beispiel (BE)" in shown
    assert "head of desk, Bogotá" in shown
    named = {"action": "name", "name-person": str(cast.luxembourg_headquarters.public_id)}
    assert head.post(made.url, named).status_code == 302
    leave = {"action": "leave", "person": str(cast.dutch_officer.public_id)}
    assert dutch.post(made.url, leave).url == "/projects/"
    assert dutch.get(made.url).status_code == 404
    assert "No project names you." in text_of(dutch.get("/projects/"))
    take = {"action": "take_out", "reference": dossier.reference}
    assert officer.post(made.url, take).status_code == 302
    assert dossier.reference not in text_of(officer.get(made.url))


def test_a_project_is_renamed_and_ended_and_shown_as_ended(cast: Cast, client_of: ClientOf) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    project = project_of(cast.belgian_head, cast.belgian_officer, dossiers=[dossier], name="Tucán")
    path, head, officer = (
        f"/projects/{project.pk}/", client_of(cast.belgian_head), client_of(cast.belgian_officer),
    )  # fmt: skip
    assert "End the project" not in text_of(officer.get(path))
    assert officer.post(path, {"action": "end"}).status_code == 403
    page = head.post(path, {"action": "rename", "rename-name": "NATO SECRET"})
    assert list(page.context["rename_form"].errors) == ["name"]
    assert page.context["rename_form"]["name"].value() == "NATO SECRET"
    head.post(path, {"action": "rename", "rename-name": "Quetzal"})
    page = head.post(path, {"action": "end", "end-reason": "x" * 301})
    assert list(page.context["end_form"].errors) == ["reason"]
    assert head.post(path, {"action": "end", "end-reason": "All convicted."}).url == path
    for client in (head, officer):
        shown = text_of(client.get(path))
        assert "Quetzal" in shown
        assert "ended on" in shown
        assert "All convicted." in shown
        assert "Put in a dossier" not in shown
        assert "Rename" not in shown
        assert "ended on" in text_of(client.get("/projects/"))
    assert "project, ended" in text_of(officer.get(f"/d/{dossier.reference}/"))
    put = {"action": "put_in", "put-dossier": dossier.reference}
    assert officer.post(path, put).status_code == 403
    assert head.post(path, {"action": "rename", "rename-name": "x"}).status_code == 403


def test_only_members_find_the_project_on_the_page_of_a_dossier(
    cast: Cast, dossier: Dossier, client_of: ClientOf
) -> None:
    project_of(cast.belgian_head, cast.belgian_officer, name="Tucán", dossiers=[dossier])
    assert "Tucán" in text_of(client_of(cast.belgian_officer).get(here(dossier)))
    assert "Tucán" not in text_of(client_of(cast.belgian_colleague).get(here(dossier)))


@pytest.mark.parametrize("action", ["name", "leave"])
def test_who_does_not_lead_names_and_takes_out_nobody(
    cast: Cast, client_of: ClientOf, action: str
) -> None:
    project = project_of(cast.belgian_head, cast.belgian_officer, cast.dutch_officer)
    client = client_of(cast.belgian_officer)
    person = cast.dutch_head if action == "name" else cast.dutch_officer
    key = {"name-person": str(person.public_id), "person": str(person.public_id)}
    assert client.post(f"/projects/{project.pk}/", {"action": action, **key}).status_code == 403
    assert "Name a person" not in text_of(client.get(f"/projects/{project.pk}/"))


@pytest.mark.parametrize("wrong", ["hidden", "nowhere", "contributed to"])
def test_a_dossier_that_cannot_be_put_in_is_refused_beside_the_field(
    cast: Cast, dossier: Dossier, client_of: ClientOf, wrong: str
) -> None:
    project = project_of(cast.belgian_head, cast.belgian_colleague)
    hidden = DossierFactory(owner="NL").reference
    target = {"hidden": hidden, "nowhere": "X"}.get(wrong, dossier.reference)
    answer = client_of(cast.belgian_colleague).post(
        f"/projects/{project.pk}/", {"action": "put_in", "put-dossier": target}
    )
    assert answer.context["put_form"].errors.keys() == {"dossier"}


# Templates ------------------------------------------------------------------------------------


def test_a_coordinator_adds_changes_and_retires_a_template(cast: Cast, client_of: ClientOf) -> None:
    client = client_of(cast.belgian_coordinator)
    page = client.get("/templates/new")
    sent = filled(page, name="Harbour", kind="seizure", title="Container, ")
    assert client.post("/templates/new", sent).url == "/templates/"
    first = Template.objects.get()
    path = f"/templates/{first.pk}/"
    sent = filled(client.get(path), title="Reefer, ")
    assert client.post(path, sent).status_code == 302
    assert client.get(path).status_code == 404  # a version that is no longer in use
    second = Template.objects.get(version=2)
    assert "Harbour" in text_of(client.get("/templates/"))
    client.post(f"/templates/{second.pk}/", {"action": "retire"})
    assert "There is no template yet." in text_of(client.get("/templates/"))


def new(page: Any) -> dict[str, Any]:
    """What the form of a new dossier shows."""
    form = page.context["form"]
    return {name: form[name].value() for name in form.fields}


def test_a_template_fills_in_the_page_of_a_new_dossier(officer: HouseClient) -> None:
    template = TemplateFactory(summary="What we usually ask.", next_step="Call the port")
    shown = new(officer.get(f"/dossiers/new?template={template.pk}"))
    assert shown["kind"] == "seizure"
    assert shown["title"] == "Container at the port"
    assert shown["summary"] == "What we usually ask."
    assert (shown["language"], shown["next_step"]) == ("fr", "Call the port")
    assert template.name in text_of(officer.get("/dossiers/new"))


def test_choosing_a_template_later_keeps_everything_that_was_typed(officer: HouseClient) -> None:
    first, second = TemplateFactory(), TemplateFactory(name="Other", title="", language="de")
    sent = filled(officer.get("/dossiers/new"), title="Mine", handle=None, handling_codes=["H1"])
    page = officer.post("/dossiers/new", sent | {"template": str(first.pk)})
    assert page.status_code == 200
    shown = new(page)
    assert (shown["title"], shown["kind"], shown["language"]) == ("Mine", "seizure", "fr")
    assert (shown["handle"], shown["handling_codes"]) == ("", ["H1"])
    assert not page.context["form"].errors
    assert not Dossier.objects.filter(title="Mine").exists()
    again = filled(page) | {"template": str(second.pk), "filled": str(first.pk)}
    shown = new(officer.post("/dossiers/new", again))
    assert (shown["title"], shown["language"]) == ("Mine", "de")
    opened = officer.post("/dossiers/new", filled(page))
    assert opened.status_code == 302
    assert Dossier.objects.get(title="Mine").kind == "seizure"


def test_a_template_of_the_country_one_opens_for_fills_in_and_overwrites_nothing(
    cast: Cast, client_of: ClientOf
) -> None:
    MandateFactory(owner="BE", desk="BOG", receiver=cast.dutch_officer)
    template = TemplateFactory(name="Belgian containers", summary="What CGI usually asks.")
    client = client_of(cast.dutch_officer)
    page = client.get("/dossiers/new")
    assert "Belgian containers" in text_of(page)
    sent = filled(page, title="Mine", handle=None) | {"template": str(template.pk)}
    page = client.post("/dossiers/new", sent)
    shown = new(page)
    assert (shown["owner"], shown["kind"], shown["title"]) == ("BE", "seizure", "Mine")
    assert shown["summary"] == "What CGI usually asks."
    assert client.post("/dossiers/new", filled(page)).status_code == 302
    opened = Dossier.objects.get(title="Mine")
    assert (opened.owner, opened.handler_id) == ("BE", cast.dutch_officer.pk)


def test_enter_opens_the_dossier_and_chooses_no_template(officer: HouseClient) -> None:
    TemplateFactory()
    page = officer.get("/dossiers/new").content.decode()
    form = page[page.index('<form method="post" novalidate>') :]
    first = form[form.index("<button") :].partition(">")[0]
    assert "name=" not in first


def test_a_template_of_another_country_fills_in_nothing(officer: HouseClient) -> None:
    template = TemplateFactory(owner="NL")
    page = officer.get(f"/dossiers/new?template={template.pk}")
    assert new(page)["title"] in (None, "")
    assert template.name not in text_of(page)
