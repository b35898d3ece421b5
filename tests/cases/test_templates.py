"""Templates: kept by coordinators, version by version; they fill in, and never overwrite."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import User
from cases.models import Template
from cases.selectors import templates as selectors
from cases.services import templates
from cases.services.dossiers import StaleError
from lodesk.audit.models import LogRow
from tests.factories import Cast, MandateFactory, TemplateFactory, as_person, raw, without_rules
from tests.looking import as_owner

pytestmark = pytest.mark.django_db
FIELDS = {
    "kind": "seizure", "name": "Containers", "title": "Container at the port", "summary": "",
    "purpose": "investigation", "legal_basis": "art. 28", "language": "fr", "next_step": "",
}  # fmt: skip


def keep(by: User, act: str, template: Template | None = None, **changes: str) -> None:
    """Add, change or retire as somebody."""
    fields = {} if act == "retire" else FIELDS | changes
    named = {"template": template} if template else {}
    with as_person(by):
        getattr(templates, act)(by=by, **named, **fields)


def test_a_change_is_a_new_version_and_the_old_one_stays_on_record(cast: Cast) -> None:
    me = cast.belgian_coordinator
    keep(me, "add")
    first = Template.objects.get()
    keep(cast.belgian_second_coordinator, "change", first, title="Reefer at the port")
    first.refresh_from_db()
    assert first.title == "Container at the port"
    assert first.ended_by_id == cast.belgian_second_coordinator.pk
    with as_person(me):
        (now,) = selectors.in_use(me)
        assert (now.version, now.title) == (2, "Reefer at the port")
        assert [each.version for each in selectors.versions(now, me)] == [2, 1]
    keep(me, "retire", now)
    with as_person(me):
        assert selectors.in_use(me) == []
    acts = LogRow.objects.filter(action__startswith="template.").order_by("at")
    assert [row.action.removeprefix("template.") for row in acts] == ["added", "changed", "retired"]
    assert {row.chain for row in acts} == {"BE"}


@pytest.mark.parametrize("act", ["change", "retire"])
def test_a_version_that_is_no_longer_in_use_is_not_changed(cast: Cast, act: str) -> None:
    me = cast.belgian_coordinator
    old = TemplateFactory()
    keep(me, "change", old, title="Newer")
    with pytest.raises(StaleError):
        keep(me, act, old)
    assert Template.objects.count() == 2
    with pytest.raises(StaleError):
        keep(me, act, TemplateFactory(owner="NL"))


@pytest.mark.parametrize("who", ["belgian_officer", "belgian_headquarters", "belgian_auditor"])
@pytest.mark.parametrize("act", ["add", "change", "retire"])
def test_only_a_coordinator_keeps_templates(cast: Cast, who: str, act: str) -> None:
    template = None if act == "add" else TemplateFactory()
    with pytest.raises(PermissionDenied):
        keep(getattr(cast, who), act, template)


def test_a_template_is_chosen_in_its_country_while_in_use(cast: Cast) -> None:
    mine, dutch = TemplateFactory(), TemplateFactory(owner="NL")
    me = cast.belgian_officer
    with as_person(me):
        assert selectors.chosen(me, str(mine.pk)) == mine
        for key in (str(dutch.pk), "", "x"):
            assert selectors.chosen(me, key) is None
    keep(cast.belgian_coordinator, "retire", mine)
    with as_person(me):
        assert selectors.chosen(me, str(mine.pk)) is None


def test_a_template_of_another_country_is_chosen_by_who_may_open_such_a_dossier_for_it(
    cast: Cast,
) -> None:
    seizure, fugitive = TemplateFactory(), TemplateFactory(kind="fugitive")
    dutch, me = TemplateFactory(owner="NL"), cast.dutch_officer

    def offered(person: User = me) -> set[Template]:
        with as_person(person):
            assert selectors.in_use(person) == [dutch]  # of the own country, whatever one may open
            found = selectors.to_open_with(person)
            assert found[0] == dutch
            for each in (seizure, fugitive, dutch):
                assert (selectors.chosen(person, str(each.pk)) == each) is (each in found)
        keys = {key for (key,) in raw(person, "SELECT id FROM cases_template")}
        assert keys == {each.pk for each in found}  # both walls
        return set(found)

    assert offered() == {dutch}
    MandateFactory(owner="BE", desk="BOG", receiver=cast.team("NL"), kinds=["seizure"])
    assert offered() == {dutch, seizure}
    assert offered(cast.dutch_uncertified) == {dutch}  # who opens none for it
    MandateFactory(owner="BE", desk="BOG", receiver=cast.team("NL"))
    assert offered() == {dutch, seizure, fugitive}
    keep(cast.belgian_coordinator, "retire", fugitive)
    assert offered() == {dutch, seizure}
    with without_rules("cases_mandate"):
        as_owner("UPDATE cases_mandate SET ends_at = now()")
    assert offered() == {dutch}


def test_a_template_says_for_whom_one_opens_unless_that_was_chosen(cast: Cast) -> None:
    template = TemplateFactory(owner="NL", title="")
    offered = {"owner": "BE"}
    for typed, owner in (("BE", "NL"), ("LU", "LU")):
        filled = selectors.filled_in({"owner": typed}, template, offered=offered, before=None)
        assert filled == {"owner": owner}


def test_what_was_typed_is_never_overwritten(cast: Cast) -> None:
    template = TemplateFactory(title="From the template", summary="Words", language="fr")
    typed = {"title": "Typed", "summary": "", "legal_basis": "offered", "language": "nl"}
    offered = {"legal_basis": "offered", "language": "en", "title": None}
    filled = selectors.filled_in(typed, template, offered=offered, before=None)
    assert filled["title"] == "Typed"
    assert filled["language"] == "nl"
    assert filled["summary"] == "Words"
    assert filled["legal_basis"] == template.legal_basis


def test_another_template_takes_the_place_of_what_the_first_filled_in(cast: Cast) -> None:
    first = TemplateFactory(title="First", summary="First words")
    second = TemplateFactory(title="Second", summary="")
    typed = {"title": "First", "summary": "First words, and mine"}
    filled = selectors.filled_in(typed, second, offered={}, before=first)
    assert filled == {"title": "Second", "summary": "First words, and mine"}
