"""Sign-in, sign-out and what failed, in the log."""

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from accounts.models import User
from lodesk.audit.models import LogRow

PASSWORD = "correct horse battery staple"
pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(dutch_officer: User) -> User:
    User.objects.filter(pk=dutch_officer.pk).update(password=make_password(PASSWORD))
    return dutch_officer


def sign_in(client: Client, email: str, password: str = PASSWORD) -> int:
    return client.post("/sign-in/", {"login": email, "password": password}).status_code


def test_who_signs_in_and_out_is_in_the_chain_of_the_own_country(officer):
    client = Client()
    assert sign_in(client, officer.email) == 302
    assert client.post("/sign-out/").status_code == 302
    rows = list(LogRow.objects.order_by("at").values_list("chain", "actor", "action", "ip"))
    assert rows == [
        ("NL", officer.pk, "sign_in", "127.0.0.1"),
        ("NL", officer.pk, "sign_out", "127.0.0.1"),
    ]


def test_somebody_without_a_posting_is_kept_as_well(belgian_leaver):
    User.objects.filter(pk=belgian_leaver.pk).update(password=make_password(PASSWORD))
    sign_in(Client(), belgian_leaver.email)
    assert LogRow.objects.get(action="sign_in").chain == "BE"


def test_a_failed_try_is_in_the_chain_of_operations_without_the_address(officer):
    assert sign_in(Client(), officer.email, "wrong") == 200
    assert sign_in(Client(), officer.email.upper(), "wrong again") == 200
    assert sign_in(Client(), "nobody@police.example", "wrong") == 200
    first, second, other = LogRow.objects.order_by("at")
    for row in (first, second, other):
        assert (row.chain, row.actor, row.action) == ("OPS", None, "sign_in_failed")
        assert "@" not in row.personal
        assert "police" not in row.personal
    assert first.personal == second.personal  # tries at one account can be counted
    assert first.personal != other.personal
    assert first.digest != second.digest


def test_signing_out_without_having_signed_in_is_nothing():
    Client().post("/sign-out/")
    assert not LogRow.objects.exists()
