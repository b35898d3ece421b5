"""Conditions that stand alone: each test fails when one of them is taken out of the border.

The mutation check (tests/mutants) takes out one after the other; what it found unnoticed is here.
"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accounts.models import Certificate, Country, DirectoryEntry, Posting, Role, User
from lodesk.border.context import acting_as
from lodesk.border.sessions import SessionStore
from tests.factories import Cast, DossierFactory, as_person, raw, refused, without_rules
from tests.looking import as_owner

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()  # PostgreSQL runs in UTC
DAY = timedelta(days=1)


# Sessions and accounts ------------------------------------------------------------------------


def test_writing_one_session_leaves_the_others(db: None) -> None:
    with acting_as(None):
        mine, others = SessionStore(), SessionStore()
        others["colour"] = "green"
        others.save()
        mine["colour"] = "red"
        mine.save()
        mine["colour"] = "blue"
        mine.save()
        assert SessionStore(others.session_key)["colour"] == "green"


def test_an_update_that_names_nobody_changes_oneself_only(cast: Cast) -> None:
    # Without WHERE no policy for reading applies: only the one for changing stands.
    languages = {user.pk: user.language for user in User.objects.all()}
    changed = raw(cast.belgian_officer, "UPDATE accounts_user SET language = 'de'")
    assert changed == 1
    languages[cast.belgian_officer.pk] = "de"
    assert {user.pk: user.language for user in User.objects.all()} == languages


def test_the_directory_gives_no_hint_of_the_rows_it_hides(cast: Cast) -> None:
    hidden = cast.belgian_closed
    shows_hidden = "SELECT count(*) FROM accounts_directory WHERE 1 / (person_id - %s) < 9"
    with as_person(cast.dutch_officer):
        assert not DirectoryEntry.objects.filter(person=hidden.pk).exists()
    raw(cast.dutch_officer, shows_hidden, [hidden.pk])  # would divide by nought


# Countries of postings ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "team_of"), [("dutch_officer", "BE"), ("belgian_officer", "NL")]
)  # fmt: skip
def test_a_belgian_posting_is_of_a_belgian_and_in_a_belgian_group(
    cast: Cast, who: str, team_of: str
) -> None:
    team = cast.team(team_of)
    as_owner("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="posting_country_of"), transaction.atomic():
        Posting.objects.create(
            person=getattr(cast, who),
            country=Country.BE,
            role=Role.OFFICER,
            desk=team.desk,
            group=team,
            starts_at=timezone.now(),
        )


# Certificates ---------------------------------------------------------------------------------


def _certified(person: User, rules_of: str, **span: Any) -> None:
    Certificate.objects.create(
        person=person,
        rules_of=rules_of,
        issued_on=span.get("issued_on", TODAY - DAY),
        valid_until=span.get("valid_until", TODAY + DAY),
    )


@pytest.mark.parametrize(
    ("rules_of", "span", "is_valid"),
    [
        ("BE", {}, True),
        ("LU", {}, False),  # a certificate in other rules
        ("BE", {"issued_on": TODAY + DAY, "valid_until": TODAY + 9 * DAY}, False),
        ("BE", {"issued_on": TODAY, "valid_until": TODAY}, True),
        ("BE", {"issued_on": TODAY - 9 * DAY, "valid_until": TODAY - DAY}, False),
    ],
)
def test_a_certificate_counts_for_its_rules_and_its_days(
    cast: Cast, rules_of: str, span: dict[str, date], *, is_valid: bool
) -> None:
    person = cast.dutch_uncertified
    _certified(person, rules_of, **span)
    ((certified,),) = as_owner("SELECT accounts_certified(%s, 'BE')", [person.pk])
    assert certified is is_valid
    with as_person(cast.belgian_officer):
        entry = DirectoryEntry.objects.get(person=person.pk)
        assert ("BE" in entry.certified_for) is is_valid


# The log --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("why", "personal"), [("asked by the magistrate", ""), ("", "A name")])
def test_one_text_alone_is_vouched_for(why: str, personal: str, db: None) -> None:
    as_owner(
        "INSERT INTO audit_logrow (id, chain, actor, action, target, target_id, reference, mandate,"
        " ip, agent, facts, why, personal) VALUES (gen_random_uuid(), 'OPS', NULL, 'x', '', NULL,"
        " '', '', NULL, '', '{}', %s, %s)",
        [why, personal],
    )
    ((digest, salt),) = as_owner("SELECT digest, length(salt) FROM audit_logrow")
    assert digest
    assert salt == 16


@pytest.mark.parametrize(
    "kept", ["why = ''", "personal = ''", "salt = ''", "why = '', personal = ''"]
)
def test_texts_are_erased_together_or_not_at_all(kept: str, db: None) -> None:
    as_owner(
        "INSERT INTO audit_logrow (id, chain, actor, action, target, target_id, reference, mandate,"
        " ip, agent, facts, why, personal) VALUES (gen_random_uuid(), 'OPS', NULL, 'x', '', NULL,"
        " '', '', NULL, '', '{}', 'why', 'personal')"
    )
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        as_owner(f"UPDATE audit_logrow SET {kept}")
    assert as_owner("UPDATE audit_logrow SET why = '', personal = '', salt = ''") == 1


@pytest.mark.parametrize(
    "statement", ["DELETE FROM audit_logrow", "UPDATE audit_logrow SET at = now()"]
)
def test_not_even_the_owner_changes_or_deletes_a_row(statement: str, cast: Cast) -> None:
    as_owner(
        "INSERT INTO audit_logrow (id, chain, actor, action, target, target_id, reference, mandate,"
        " ip, agent, facts, why, personal) VALUES (gen_random_uuid(), 'OPS', NULL, 'x', '', NULL,"
        " '', '', NULL, '', '{}', '', '')"
    )
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        as_owner(statement)


def test_only_the_system_seals(cast: Cast) -> None:
    assert raw(None, "SELECT audit_seal(9)")
    assert refused(cast.belgian_officer, "SELECT audit_seal(9)")


# Alerts ---------------------------------------------------------------------------------------

SENTENCE = "Cocaine in banana containers"
ALERT = {
    "id": "gen_random_uuid()", "event": "'test.told'", "subject_id": "%(dossier)s",
    "reference": "%(reference)s", "owner": "'BE'", "recipient_id": "%(recipient)s",
    "actor_id": "%(me)s", "facts": "'{}'", "because": "''", "path": "'/x/'",
    "survives_access": "false", "unique_key": "'test.told:x'", "created_at": "now()",
}  # fmt: skip
LONG = "'{" + ", ".join(f'"key{number}": "{"x" * 40}"' for number in range(60)) + "}'"
NOT_CODES = {
    "event": f"'{SENTENCE}'",
    "because": f"'{SENTENCE}'",
    "reference": f"'{SENTENCE}'",
    "owner": "'XX'",
    "path": "'//elsewhere.example/'",
    "facts": "'[]'",
    "facts: too long": LONG,
    "facts: a list": """'{"a": ["x"]}'""",
    "facts: a sentence": f"""'{{"a": "{SENTENCE}"}}'""",
    "created_at": "'1989-01-01'",
    "due_at": "'2102-01-01'",
}


def _alert(**values: str) -> str:
    columns = ALERT | values
    return f"INSERT INTO alerts_alert ({', '.join(columns)}) VALUES ({', '.join(columns.values())})"


@pytest.fixture
def about(cast: Cast) -> dict[str, Any]:
    """A dossier to tell of, who tells and who is told."""
    dossier = DossierFactory(handler=cast.belgian_officer)
    return {
        "dossier": dossier.pk,
        "reference": dossier.reference,
        "me": cast.belgian_officer.pk,
        "recipient": cast.belgian_colleague.pk,
    }


@pytest.mark.parametrize("which", NOT_CODES)
def test_an_alert_holds_codes_only_whoever_writes_it(about: dict[str, Any], which: str) -> None:
    as_owner(_alert(unique_key="'test.told:well'"), about)
    column = which.split(":")[0]
    with pytest.raises(IntegrityError, match="alert_holds_codes_only"), transaction.atomic():
        as_owner(_alert(**{column: NOT_CODES[which]}), about)


def test_an_alert_is_not_announced_as_read(about: dict[str, Any], cast: Cast) -> None:
    assert not refused(cast.belgian_officer, _alert(), about)
    assert refused(cast.belgian_officer, _alert(read_at="now()"), about)


def test_what_became_of_a_mail_is_told_to_who_got_the_alert(
    about: dict[str, Any], cast: Cast
) -> None:
    as_owner(_alert(), about)
    other = {"recipient_id": str(cast.belgian_head.pk), "unique_key": "'test.told:y'"}
    as_owner(_alert(**other), about)
    assert raw(cast.belgian_colleague, "SELECT count(*) FROM alerts_delivery") == [(1,)]


def test_nobody_is_told_of_nothing(about: dict[str, Any], cast: Cast) -> None:
    assert refused(cast.belgian_officer, _alert(subject_id="NULL"), about)


def test_without_rules_is_undone(cast: Cast) -> None:
    # The helper that many tests arrange with must leave the rules as they were.
    before = as_owner("SELECT tgname, tgenabled FROM pg_trigger ORDER BY tgname, tgrelid")
    with without_rules("cases_mandate"):
        pass
    assert as_owner("SELECT tgname, tgenabled FROM pg_trigger ORDER BY tgname, tgrelid") == before
