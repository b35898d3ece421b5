"""Projects: seen by the people named in them, giving access to nothing."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import User
from cases.models import Dossier, Project, ProjectMember
from cases.selectors import projects as selectors
from cases.services import projects
from lodesk.audit.models import LogRow
from tests.factories import Cast, DossierFactory, as_person, project_of
from tests.looking import grants_of, readers_of, sees

pytestmark = pytest.mark.django_db


def make(by: User, *people: User, name: str = "Operation") -> Project:
    """Make a project through the service."""
    with as_person(by):
        return projects.make(by=by, name=name, people=[each.person_ptr for each in people])


def members(project: Project) -> set[str]:
    """Names of those who are in it now."""
    found = ProjectMember.objects.filter(project=project, ended_at=None)
    return set(found.values_list("person__name", flat=True))


def test_a_project_is_made_of_people_of_every_country(cast: Cast) -> None:
    made = make(cast.belgian_head, cast.dutch_officer, cast.luxembourg_headquarters)
    assert members(made) == {"C. Beispiel", "J. Modaal", "R. Muster"}


@pytest.mark.parametrize("who", ["belgian_officer", "belgian_auditor", "belgian_leaver"])
def test_others_make_none_and_name_nobody(cast: Cast, who: str) -> None:
    me = getattr(cast, who)
    with pytest.raises(PermissionDenied):
        make(me)
    project = project_of(cast.belgian_head, me) if who == "belgian_officer" else None
    if project is not None:
        with pytest.raises(PermissionDenied), as_person(me):
            projects.name_person(project=project, person=cast.dutch_head.person_ptr, by=me)


@pytest.mark.parametrize("who", ["belgian_auditor", "belgian_leaver", "belgian_administrator"])
def test_who_does_not_work_on_dossiers_is_not_named(cast: Cast, who: str) -> None:
    with pytest.raises(PermissionDenied):
        make(cast.belgian_head, getattr(cast, who))


def test_a_project_gives_access_to_nothing(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    before = (grants_of(dossier), readers_of(dossier))
    project = make(cast.belgian_head, cast.belgian_officer, cast.dutch_officer)
    with as_person(cast.belgian_officer):
        projects.put_in(project=project, dossier=dossier, by=cast.belgian_officer)
    assert (grants_of(dossier), readers_of(dossier)) == before
    assert not sees(cast.dutch_officer, dossier)


def test_each_member_sees_the_dossiers_he_sees_anyway_and_counts_only_those(cast: Cast) -> None:
    belgian = DossierFactory(handler=cast.belgian_officer)
    confined = DossierFactory(handler=cast.belgian_officer, confined=True)
    dutch = DossierFactory(owner="NL", handler=cast.dutch_officer)
    people = (cast.belgian_officer, cast.belgian_colleague, cast.dutch_officer)
    project = project_of(cast.belgian_head, *people, dossiers=[belgian, confined, dutch])
    expected: dict[User, set[Dossier]] = {
        cast.belgian_officer: {belgian, confined},
        cast.belgian_colleague: {belgian},
        cast.dutch_officer: {dutch},
    }
    for person, seen in expected.items():
        with as_person(person):
            found = {each.row.reference for each in selectors.dossiers(project, person)}
            (row,) = selectors.mine(person)
        assert found == {each.reference for each in seen}
        assert (row.dossiers, row.members) == (len(seen), 4)


def test_who_may_take_a_dossier_out_is_shown_the_button(cast: Cast) -> None:
    me, colleague, headquarters = (
        cast.belgian_officer, cast.belgian_colleague, cast.belgian_headquarters,
    )  # fmt: skip
    dossier = DossierFactory(handler=me)
    project = project_of(headquarters, me, colleague, dossiers=[dossier])
    for person, may in ((me, True), (headquarters, True), (colleague, False)):
        with as_person(person):
            (row,) = selectors.dossiers(project, person)
            assert row.may_take_out is may
            if not may:
                with pytest.raises(PermissionDenied):
                    projects.take_out(project=project, dossier=dossier, by=person)
    with as_person(headquarters):
        projects.take_out(project=project, dossier=dossier, by=headquarters)
        assert selectors.dossiers(project, headquarters) == []


def test_who_leaves_sees_it_no_more_and_the_last_one_stays(cast: Cast) -> None:
    head, dutch = cast.belgian_head, cast.dutch_officer
    project = make(head, dutch)
    with as_person(dutch):
        with pytest.raises(PermissionDenied):
            projects.leave(project=project, person=head.person_ptr, by=dutch)
        projects.leave(project=project, person=dutch.person_ptr, by=dutch)
        assert selectors.mine(dutch) == []
    with as_person(head), pytest.raises(PermissionDenied, match="last"):
        projects.leave(project=project, person=head.person_ptr, by=head)
    with as_person(head):
        projects.name_person(project=project, person=dutch.person_ptr, by=head)
        projects.name_person(project=project, person=dutch.person_ptr, by=head)  # once
    assert members(project) == {head.name, dutch.name}


def end(by: User, project: Project, reason: str = "") -> None:
    """End a project through the service."""
    with as_person(by):
        projects.end(project=project, by=by, reason=reason)


def test_a_project_gets_another_name_from_a_member_who_leads(cast: Cast) -> None:
    head, dutch = cast.belgian_head, cast.dutch_head
    project = make(head, cast.belgian_officer, dutch)
    for by, name in ((head, "Tucán"), (dutch, "Zilverreiger"), (dutch, "Zilverreiger")):
        with as_person(by):
            projects.rename(project=project, by=by, name=name)
    project.refresh_from_db()
    assert project.name == "Zilverreiger"
    assert LogRow.objects.filter(action="project.renamed").count() == 2
    with as_person(cast.belgian_officer), pytest.raises(PermissionDenied, match="heads of desk"):
        projects.rename(project=project, by=cast.belgian_officer, name="x")
    with as_person(cast.belgian_coordinator), pytest.raises(Project.DoesNotExist):
        projects.rename(project=project, by=cast.belgian_coordinator, name="x")


def test_an_ended_project_is_shown_as_ended_and_takes_nothing_more(cast: Cast) -> None:
    me, officer = cast.belgian_head, cast.belgian_officer
    dossier, other = DossierFactory(handler=officer), DossierFactory(handler=officer)
    project = project_of(me, officer, dossiers=[dossier], name="A first one")
    make(me, officer, name="Z goes on")
    with as_person(officer), pytest.raises(PermissionDenied, match="heads of desk"):
        projects.end(project=project, by=officer)
    end(me, project, "The court has decided.")
    project.refresh_from_db()
    assert (project.ended_by_id, project.ended_reason) == (me.pk, "The court has decided.")
    with as_person(officer):
        assert [(row.name, row.ended_at is not None) for row in selectors.mine(officer)] == [
            ("Z goes on", False),
            ("A first one", True),
        ]
        (beside,) = selectors.of_dossier(dossier, officer)
        assert beside.ended_at == project.ended_at
        assert len(selectors.dossiers(project, officer)) == 1
        with pytest.raises(PermissionDenied, match="has ended"):
            projects.put_in(project=project, dossier=other, by=officer)
        projects.take_out(project=project, dossier=dossier, by=officer)
    with as_person(me):
        for act in (
            lambda: projects.end(project=project, by=me),
            lambda: projects.rename(project=project, by=me, name="x"),
            lambda: projects.name_person(
                project=project, person=cast.dutch_officer.person_ptr, by=me
            ),
        ):
            with pytest.raises(PermissionDenied, match="has ended"):
                act()
        projects.leave(project=project, person=officer.person_ptr, by=me)
    assert LogRow.objects.filter(action="project.ended").count() == 1


def test_the_log_holds_neither_name_nor_members_names(cast: Cast) -> None:
    project = make(cast.belgian_head, cast.dutch_officer, name="Tucán")
    with as_person(cast.belgian_head):
        projects.consult(project=project, by=cast.belgian_head)
        projects.leave(project=project, person=cast.dutch_officer.person_ptr, by=cast.belgian_head)
        projects.rename(project=project, by=cast.belgian_head, name="Tucán dos")
        projects.end(project=project, by=cast.belgian_head, reason="Tucán is over.")
    rows = LogRow.objects.filter(action__startswith="project.").order_by("at")
    assert [row.action for row in rows] == [
        "project.made", "project.joined", "project.viewed", "project.left",
        "project.renamed", "project.ended",
    ]  # fmt: skip
    for row in rows:
        assert row.chain == "BE"
        assert "Tucán" not in f"{row.facts}{row.why}{row.personal}"
        assert cast.dutch_officer.name not in f"{row.facts}{row.why}{row.personal}"
