"""`manage.py verify_border` finds what is planted, and nothing where all is well."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command

from cases.models import Dossier, DossierUserPermission, GrantHistory
from tests import steps
from tests.factories import (
    Cast,
    DossierFactory,
    MandateFactory,
    grant,
    without_rules,
)
from tests.looking import as_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that went to the Dutch officer and back, beside a Dutch one."""
    DossierFactory(owner="NL", handler=cast.dutch_officer)
    DossierFactory(owner="LU")
    made = DossierFactory(handler=cast.belgian_officer)
    offer = steps.across(
        cast.belgian_officer, made, cast.dutch_officer.person_ptr, cast.belgian_coordinator
    )
    steps.accept(cast.dutch_officer, offer)
    made.refresh_from_db()
    return made


def _wrong_readers(dossier: Dossier, cast: Cast) -> None:
    with without_rules("cases_dossier"):
        Dossier.objects.filter(pk=dossier.pk).update(readers=[-cast.belgian_elsewhere.pk])


def _empty_readers(dossier: Dossier, _cast: Cast) -> None:
    with without_rules("cases_dossier"):
        Dossier.objects.filter(pk=dossier.pk).update(readers=[])


def _grant_without_mandate(dossier: Dossier, cast: Cast) -> None:
    with without_rules("cases_dossieruserpermission"):
        grant(dossier, cast.dutch_colleague, "view")


def _grant_under_an_ended_mandate(dossier: Dossier, cast: Cast) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_colleague)
    grant(dossier, cast.dutch_colleague, "view", mandate)
    with without_rules("cases_mandate"):
        as_owner("UPDATE cases_mandate SET state = 'ended' WHERE id = %s", [mandate.pk])


def _handler_without_a_grant(dossier: Dossier, cast: Cast) -> None:
    Dossier.objects.filter(pk=dossier.pk).update(handler=cast.belgian_elsewhere.person_ptr)


def _lost_history(dossier: Dossier, _cast: Cast) -> None:
    GrantHistory.objects.filter(dossier=dossier).delete()


def _headquarters_shut_out(dossier: Dossier, cast: Cast) -> None:
    group = cast.headquarters("BE").pk
    dossier.dossiergrouppermission_set.filter(group_id=group).delete()


def _model_permission(_dossier: Dossier, cast: Cast) -> None:
    permission = Permission.objects.get(codename="view_dossier")
    cast.team("NL").group.permissions.add(permission)


def _open_table(_dossier: Dossier, _cast: Cast) -> None:
    as_owner("CREATE TABLE forgotten (id integer)")
    as_owner("GRANT SELECT ON forgotten TO lodesk_app")


def _stale_line(dossier: Dossier, _cast: Cast) -> None:
    as_owner("UPDATE cases_reader SET phase = 'closed' WHERE dossier_id = %s", [dossier.pk])


def _foreign_line(dossier: Dossier, cast: Cast) -> None:
    as_owner(
        "INSERT INTO cases_reader SELECT dossier_id, %s, owner, desk, handler, phase, due,"
        " opened_at, kind, crime_area, host_country, urgency FROM cases_reader"
        " WHERE dossier_id = %s LIMIT 1",
        [-cast.dutch_colleague.pk, dossier.pk],
    )


PLANTED: tuple[Callable[[Dossier, Cast], None], ...] = (
    _wrong_readers,
    _empty_readers,
    _grant_without_mandate,
    _grant_under_an_ended_mandate,
    _handler_without_a_grant,
    _lost_history,
    _headquarters_shut_out,
    _model_permission,
    _open_table,
    _stale_line,
    _foreign_line,
)


def test_nothing_is_found_where_all_is_well(dossier: Dossier) -> None:
    call_command("verify_border")


@pytest.mark.parametrize("plant", PLANTED)
def test_what_is_planted_is_found(
    dossier: Dossier, cast: Cast, plant: Callable[[Dossier, Cast], None]
) -> None:
    plant(dossier, cast)
    with pytest.raises((CommandError, SystemExit)):
        call_command("verify_border")


def test_a_whole_life_leaves_the_border_whole(cast: Cast, dossier: Dossier) -> None:
    back = steps.offer(cast.dutch_officer, dossier, cast.team("BE"), kind="return")
    steps.accept(cast.belgian_colleague, back)
    steps.end(cast.belgian_coordinator, steps.mandate_of(dossier.handovers.earliest("offered_at")))
    steps.tidy_up()
    assert not DossierUserPermission.objects.filter(user=cast.dutch_officer.pk).filter(
        content_object=dossier
    )
    call_command("verify_border")
