"""Links: made and removed by who may contribute to both ends; no trace for who sees one only."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import User
from cases.models import Dossier, Entry, Link
from cases.selectors import links
from cases.services.links import LinkedAlreadyError
from lodesk.alerts.models import Alert
from lodesk.audit.models import LogRow
from tests import steps
from tests.factories import Cast, DossierFactory, LinkFactory, MandateFactory, as_person, grant

pytestmark = pytest.mark.django_db


@pytest.fixture
def ends(cast: Cast) -> tuple[Dossier, Dossier]:
    """A Belgian dossier and a Dutch one to which the Belgian officer contributes, too."""
    here = DossierFactory(handler=cast.belgian_officer)
    there = DossierFactory(owner="NL", handler=cast.dutch_officer)
    mandate = MandateFactory(dossier=there, receiver=cast.belgian_officer, level="contribute")
    grant(there, cast.belgian_officer, "contribute", mandate)
    return here, there


def seen(dossier: Dossier, by: User) -> list[tuple[str, str]]:
    """The far ends a person sees, with their kind."""
    with as_person(by):
        return [(each.reference, str(each.kind)) for each in links.present(dossier, by)]


def test_a_link_shows_from_both_ends_to_who_sees_both(
    cast: Cast, ends: tuple[Dossier, Dossier]
) -> None:
    here, there = ends
    me = cast.belgian_officer
    steps.link(me, here, there, "follow_up_of")
    assert seen(here, me) == [(there.reference, "follow-up of")]
    assert seen(there, me) == [(here.reference, "has as follow-up")]
    assert seen(here, cast.belgian_colleague) == seen(there, cast.dutch_officer) == []


def test_a_link_leaves_no_trace_where_one_end_is_seen(
    cast: Cast, ends: tuple[Dossier, Dossier]
) -> None:
    here, there = ends
    before = Dossier.objects.values_list("reference", "version", "changed_at").order_by("pk")
    was = list(before)
    link = steps.link(cast.belgian_officer, here, there)
    steps.unlink(cast.belgian_officer, link, f"Not the one of {there.reference}")
    assert list(before.all()) == was
    assert not Entry.objects.exists()
    assert not Alert.objects.exists()
    for row in LogRow.objects.filter(action__startswith="link.", target="cases.dossier"):
        other = there if row.chain == "BE" else here
        told = f"{row.reference} {row.target_id} {row.facts} {row.why} {row.personal}"
        assert other.reference not in told
        assert str(other.pk) not in told
    chains = LogRow.objects.filter(action="link.made", reference__gt="").values_list("chain")
    assert {chain for (chain,) in chains} == {"BE", "NL"}


@pytest.mark.parametrize("level", ["view", ""])
def test_a_link_needs_contribute_at_both_ends(cast: Cast, level: str) -> None:
    me = cast.belgian_officer
    here, there = DossierFactory(handler=me), DossierFactory(owner="NL")
    if level:
        grant(there, me, level, MandateFactory(dossier=there, receiver=me, level=level))
    wrong = PermissionDenied if level else Dossier.DoesNotExist
    for source, target in ((here, there), (there, here)):
        with pytest.raises(wrong):
            steps.link(me, source, target)
    made = LinkFactory(source=here, target=there)
    with pytest.raises(PermissionDenied if level else Link.DoesNotExist):
        steps.unlink(me, made)


def test_a_follow_up_of_a_closed_dossier_is_linked_to_it_not_the_other_way(cast: Cast) -> None:
    me = cast.belgian_officer
    closed, new = DossierFactory(handler=me, status="closed"), DossierFactory(handler=me)
    with pytest.raises(PermissionDenied, match="closed"):
        steps.link(me, closed, new)
    link = steps.link(me, new, closed, "follow_up_of")
    steps.unlink(me, link)


def test_a_link_of_a_kind_is_made_once(cast: Cast) -> None:
    me = cast.belgian_officer
    one, other = DossierFactory(handler=me), DossierFactory(handler=me)
    steps.link(me, one, other)
    for source, target in ((one, other), (other, one)):
        with pytest.raises(LinkedAlreadyError):
            steps.link(me, source, target)
    steps.link(me, other, one, "same_person")


def test_a_removed_link_stays_on_record_for_who_sees_both(
    cast: Cast, ends: tuple[Dossier, Dossier]
) -> None:
    here, there = ends
    me = cast.belgian_officer
    steps.unlink(me, steps.link(me, here, there), "Another container.")
    assert seen(here, me) == []
    with as_person(me):
        (gone,) = links.removed(here, me)
    assert (gone.reference, gone.ended_by) == (there.reference, str(me.person_ptr))
    assert gone.ended_reason == "Another container."
    with as_person(cast.belgian_colleague):
        assert links.removed(here, cast.belgian_colleague) == []
    steps.link(me, there, here)  # may be made again
