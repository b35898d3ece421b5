"""Every list asks the same number of queries for two rows and for fifty."""

from collections.abc import Callable

import pytest

from accounts.models import User
from tests import steps
from tests.browsers import HouseClient
from tests.factories import Cast, DossierFactory, EntryFactory
from tests.pages import queries_of

ClientOf = Callable[[User | None], HouseClient]


@pytest.mark.parametrize("path", ["/", "/dossiers/", "/search?q=container", "/handovers/"])
def test_a_list_of_dossiers_asks_the_same_for_two_and_for_fifty(
    path: str, cast: Cast, client_of: ClientOf
) -> None:
    client = client_of(cast.belgian_officer)
    _dossiers(cast, 2)
    few = queries_of(client, path)
    _dossiers(cast, 48)
    assert queries_of(client, path) == few


def test_a_list_of_offers_asks_the_same_for_two_and_for_twenty(
    cast: Cast, client_of: ClientOf
) -> None:
    client = client_of(cast.belgian_colleague)
    _offers(cast, 2)
    few = {path: queries_of(client, path) for path in ("/", "/handovers/", "/alerts/")}
    _offers(cast, 18)
    assert {path: queries_of(client, path) for path in few} == few


def test_a_list_of_mandates_to_decide_asks_the_same_for_two_and_for_twenty(
    cast: Cast, client_of: ClientOf
) -> None:
    client = client_of(cast.belgian_coordinator)
    _asked(cast, 2)
    few = {path: queries_of(client, path) for path in ("/", "/handovers/")}
    _asked(cast, 18)
    assert {path: queries_of(client, path) for path in few} == few


def test_a_timeline_asks_the_same_for_two_entries_and_for_fifty(
    cast: Cast, client_of: ClientOf
) -> None:
    client = client_of(cast.belgian_officer)
    dossier = DossierFactory(owner="BE", handler=cast.belgian_officer)
    path = f"/d/{dossier.reference}/"
    EntryFactory.create_batch(2, dossier=dossier)
    few = queries_of(client, path)
    EntryFactory.create_batch(48, dossier=dossier)
    assert queries_of(client, path) == few


def test_the_log_asks_the_same_for_two_rows_and_for_fifty(cast: Cast, client_of: ClientOf) -> None:
    officer, auditor = client_of(cast.belgian_officer), client_of(cast.belgian_auditor)
    dossier = DossierFactory(owner="BE", handler=cast.belgian_officer)
    officer.get(f"/d/{dossier.reference}/")
    few = queries_of(auditor, "/log/")
    for _visit in range(20):
        officer.get(f"/d/{dossier.reference}/")
    assert queries_of(auditor, "/log/") == few


def _dossiers(cast: Cast, count: int) -> None:
    DossierFactory.create_batch(
        count, owner="BE", handler=cast.belgian_officer, title="Container at the port"
    )


def _offers(cast: Cast, count: int) -> None:
    for dossier in DossierFactory.create_batch(count, owner="BE", handler=cast.belgian_officer):
        steps.offer(cast.belgian_officer, dossier, cast.belgian_colleague)


def _asked(cast: Cast, count: int) -> None:
    for dossier in DossierFactory.create_batch(count, owner="BE", handler=cast.belgian_officer):
        steps.offer(cast.belgian_officer, dossier, cast.dutch_officer)
