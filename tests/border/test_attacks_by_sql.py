"""Attacks by raw SQL that only looks: around the policies, through errors, counts and catalogues.

What is written by raw SQL stands in `attempts.py`; here is what is read.
"""

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import User
from cases.models import Dossier, GrantHistory, Visit
from tests.border.attacks import (
    SECRET,
    Stage,
    arranged,
    fingerprint,
    mandate_runs_out,
)
from tests.factories import MandateFactory, as_person, grant, raw
from tests.looking import as_owner

pytestmark = pytest.mark.django_db
stage = pytest.fixture(arranged, scope="module")

# Who has nothing to do with the Dutch and Luxembourg dossiers of the stage.
STRANGERS = {
    "nobody": None,
    "officer": "belgian_officer",
    "head of desk": "belgian_head",
    "officer elsewhere": "belgian_elsewhere",
    "headquarters": "belgian_headquarters",
    "coordinator": "belgian_coordinator",
    "auditor": "belgian_auditor",
    "administrator": "belgian_administrator",
    "leaver": "belgian_leaver",
    "newcomer": "belgian_newcomer",
    "closed account": "belgian_closed",
    "auditor of the owner": "dutch_auditor",
    "administrator of the owner": "dutch_administrator",
}

# Ways to read; `%(word)s` is a word that only the hidden dossiers hold.
READS = (
    "TABLE cases_dossier",
    "SELECT reference, title, summary, readers FROM ONLY cases_dossier",
    "SELECT * FROM cases_dossier TABLESAMPLE SYSTEM (100)",
    "SELECT string_agg(title, ',') FROM cases_dossier",
    "SELECT max(reference), min(reference) FROM cases_dossier",
    "SELECT ctid, xmin, d FROM cases_dossier d",
    "SELECT to_jsonb(d) FROM cases_dossier d",
    "SELECT * FROM cases_dossier FULL JOIN cases_entry ON true",
    "SELECT * FROM cases_entry e LEFT JOIN cases_dossier d ON d.id = e.dossier_id",
    "SELECT * FROM cases_entry WHERE text LIKE '%%' || %(word)s || '%%'",
    "SELECT * FROM cases_handover h LEFT JOIN cases_dossier d ON d.id = h.dossier_id",
    "SELECT * FROM cases_granthistory",
    "SELECT * FROM cases_dossieruserpermission",
    "SELECT * FROM cases_dossiergrouppermission",
    "SELECT * FROM cases_mandate",
    "SELECT dossier_id, principal FROM cases_reader",
    "SELECT * FROM cases_visit",
    "SELECT * FROM alerts_alert",
    "SELECT * FROM cases_contact",
    "SELECT * FROM cases_contact WHERE name LIKE '%%' || %(word)s || '%%'",
    "SELECT 1 / (position(%(word)s in name) - position(%(word)s in name)) FROM cases_contact"
    " WHERE name LIKE '%%' || %(word)s || '%%'",
    "SELECT cases_search(%(word)s, 100)",
    "SELECT d.* FROM cases_search('', 100) f JOIN cases_dossier d ON d.id = f",
    "WITH RECURSIVE r AS (SELECT id, title FROM cases_dossier UNION SELECT d.id, d.title"
    " FROM cases_dossier d JOIN r ON true) SELECT * FROM r",
    "SELECT (SELECT title FROM cases_dossier d WHERE d.id = %(dutch)s)",
    "SELECT * FROM cases_dossier WHERE id = %(dutch)s FOR KEY SHARE",
    "DECLARE c CURSOR FOR SELECT * FROM cases_dossier; FETCH ALL FROM c",
    "SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats"
    " WHERE tablename LIKE 'cases%%'",
    # Let an error or a function of low cost tell what is in a row.
    "SELECT title::integer FROM cases_dossier",
    "SELECT 1 / (position(%(word)s in title) - position(%(word)s in title)) FROM cases_dossier"
    " WHERE title LIKE '%%' || %(word)s || '%%'",
    "SELECT * FROM cases_entry WHERE text::date IS NOT NULL",
    "SELECT set_config('lodesk.stolen', title, true) FROM cases_dossier",
)


def _as_they_are(stage: Stage) -> None:
    """Somebody of the owner has looked, and there are statistics, as on a real server."""
    owner = stage.cast.dutch_officer
    Visit.objects.create(dossier=stage.dutch, person=owner.person_ptr, at=timezone.now())
    as_owner("ANALYZE cases_dossier, cases_entry")


def _values(stage: Stage) -> dict[str, Any]:
    return {"word": SECRET, "dutch": stage.dutch.pk}


@pytest.mark.parametrize("who", STRANGERS)
def test_no_way_of_reading_shows_another_countrys_dossier(who: str, stage: Stage) -> None:
    _as_they_are(stage)
    name = STRANGERS[who]
    person = getattr(stage.cast, name) if name else None
    shown = [
        statement
        for statement in READS
        if _tells(stage, *_answer(person, statement, _values(stage)))
    ]
    assert not shown


def _answer(person: User | None, statement: str, values: Any) -> tuple[str, str]:
    """The rows as text, and the error as text."""
    with as_person(person):
        try:
            with transaction.atomic():
                return repr(_run(person, statement, values)), ""
        except DatabaseError as error:
            return "", f"{error} {getattr(error.__cause__, 'diag', None) and _details(error)}"


def _run(person: User | None, statement: str, values: Any) -> Any:
    *first, last = statement.split("; ")
    for each in first:
        raw(person, each, values)
    return raw(person, last, values)


def _details(error: DatabaseError) -> str:
    diag = error.__cause__.diag  # type: ignore[union-attr]
    return f"{diag.message_detail} {diag.message_hint} {diag.context}"


def _tells(stage: Stage, rows: str, error: str) -> bool:
    told = rows + error
    numbers = "division by zero" in error  # only in a row that was read
    return numbers or any(word in told for word in stage.hidden)


def test_these_ways_do_show_it_to_who_may_see_it(stage: Stage) -> None:
    """Else the test above would prove nothing."""
    _as_they_are(stage)
    readers = (stage.cast.dutch_officer, stage.cast.dutch_colleague)
    blind = [
        statement
        for statement in READS
        if not any(_tells(stage, *_answer(each, statement, _values(stage))) for each in readers)
    ]
    assert blind == [each for each in READS if "pg_stats" in each]  # refused to everybody


def test_a_plan_that_was_made_for_one_shows_another_only_what_is_his(stage: Stage) -> None:
    """Connections are shared: what one person prepared, the next may run."""
    raw(stage.cast.dutch_officer, "PREPARE shared AS SELECT title FROM cases_dossier")
    for person in (stage.cast.dutch_officer, stage.cast.belgian_officer, None):
        for _time in range(7):  # after five runs PostgreSQL may keep one plan for all
            shown = SECRET in repr(raw(person, "EXECUTE shared"))
            assert shown == (person is stage.cast.dutch_officer)


# The same answer for what is hidden and for what is not there -----------------------------

NOWHERE = "00000000-0000-4000-8000-000000000000"
QUESTIONS = (
    "SELECT count(*) FROM cases_dossier WHERE id = %(dossier)s",
    "SELECT lodesk_holds(%(dossier)s, 'view', 'contribute', 'handle', 'oversee')",
    "SELECT lodesk_mandated(%(dossier)s)",
    "SELECT lodesk_may_ask('NL', %(dossier)s)",
    "SELECT lodesk_subject_visible(%(dossier)s)",
    "SELECT lodesk_subject_is(%(dossier)s, %(reference)s, 'NL')",
    "SELECT lodesk_subject_known_to(%(dossier)s, %(me)s)",
    "SELECT * FROM cases_looks(%(dossier)s, now() - interval '1 year')",
    "SELECT cases_first_grants(%(dossier)s)",
    "SELECT cases_search(%(reference)s, 9)",
    "SELECT cases_move_work(%(handover)s, 'accept', '')",
    "SELECT cases_move_work(%(handover)s, 'withdraw', '')",
    "SELECT alerts_settle(%(alert)s, 0, 'sent', '', NULL)",
    "SELECT * FROM audit_anchor('NL')",
    "UPDATE cases_dossier SET title = 'x' WHERE id = %(dossier)s",
    "UPDATE cases_mandate SET state = 'ended' WHERE id = %(mandate)s",
    "SELECT 1 FROM cases_handover WHERE id = %(handover)s FOR UPDATE",
    "INSERT INTO cases_visit (id, dossier_id, person_id, at) VALUES (gen_random_uuid(),"
    " %(dossier)s, %(me)s, now())",
    "INSERT INTO cases_entry (id, dossier_id, kind, author_id, at, text, language, handling_codes,"
    " event, facts) VALUES (gen_random_uuid(), %(dossier)s, 'note', %(me)s, now(), 'x', 'en', '{}',"
    " '', '{}')",
    "INSERT INTO cases_mandate (id, number, owner, dossier_id, kinds, receiver_country,"
    " receiver_person_id, level, purpose, purpose_text, legal_basis, conditions, starts_at,"
    " ends_at, state, asked_by_id, asked_at, decision_reason) VALUES (gen_random_uuid(), '', 'NL',"
    " %(dossier)s, '{}', 'BE', %(me)s, 'view', 'investigation', '', 'x', '', now(),"
    " now() + interval '1 day', 'asked', %(me)s, now(), '')",
    "INSERT INTO cases_handover (id, dossier_id, kind, giver_id, to_person_id, state, offered_at,"
    " answer_by, note_state, note_promises, note_deadline, note_contacts, note_risks, giver_keeps,"
    " answer_reason) VALUES (gen_random_uuid(), %(dossier)s, 'handover', %(me)s, %(other)s,"
    " 'offered', now(), now() + interval '1 day', '', '', '', '', '', 'none', '')",
    "INSERT INTO alerts_alert (id, event, subject_id, reference, owner, recipient_id, actor_id,"
    " facts, because, path, survives_access, unique_key, created_at) VALUES (gen_random_uuid(),"
    " 'test.told', %(dossier)s, %(reference)s, 'NL', %(other)s, %(me)s, '{}', '', '', false,"
    " 'test.told:x', now())",
)
ASKERS = ("belgian_officer", "belgian_coordinator", "belgian_auditor", "belgian_leaver")


@pytest.mark.parametrize("who", ASKERS)
def test_postgresql_answers_the_same_for_what_is_hidden_and_what_is_not_there(
    who: str, stage: Stage
) -> None:
    person = getattr(stage.cast, who)
    alike = {"me": person.pk, "other": stage.cast.belgian_head.pk}
    hidden = alike | {
        "dossier": stage.dutch.pk,
        "reference": stage.dutch.reference,
        "handover": stage.dutch_offer.pk,
        "mandate": stage.dutch_asked.pk,
        "alert": stage.dutch.pk,
    }
    absent = alike | dict.fromkeys(("dossier", "handover", "mandate", "alert"), NOWHERE)
    absent["reference"] = "NL-BOG-2026-99999"
    before, told = fingerprint(), []
    for question in QUESTIONS:
        answers = [_undone(person, question, values) for values in (hidden, absent)]
        if answers[0] != answers[1]:
            told.append((question, answers))
    assert not told
    assert fingerprint() == before


def _undone(person: User, statement: str, values: dict[str, Any]) -> str:
    with transaction.atomic():
        rows, error = _answer(person, statement, values)
        transaction.set_rollback(True)
    answer = rows + error.partition("DETAIL")[0]
    for value in values.values():
        answer = answer.replace(str(value), "?")
    return answer


def test_the_questions_have_an_answer_for_who_may_ask(stage: Stage) -> None:
    """Else the test above would prove nothing: at least these differ for the owner's people."""
    person = stage.cast.dutch_officer
    values = {"me": person.pk, "other": stage.cast.dutch_colleague.pk, "alert": NOWHERE}
    there = values | {
        "dossier": stage.dutch.pk,
        "reference": stage.dutch.reference,
        "handover": stage.dutch_offer.pk,
        "mandate": stage.dutch_asked.pk,
    }
    absent = values | dict.fromkeys(("dossier", "handover", "mandate"), NOWHERE)
    absent["reference"] = "NL-BOG-2026-99999"
    differ = [
        question
        for question in QUESTIONS
        if _undone(person, question, there) != _undone(person, question, absent)
    ]
    assert len(differ) >= 12


# Access of before -------------------------------------------------------------------------


def test_a_grant_that_lies_about_opens_nothing_once_its_mandate_is_over(stage: Stage) -> None:
    """Neither by the grant, nor by the derived columns, nor by what was written with it."""
    person = stage.cast.belgian_officer
    mandate = MandateFactory(dossier=stage.dutch, receiver=person, owner="NL")
    grant(stage.dutch, person, "handle", mandate)
    Dossier.objects.filter(pk=stage.dutch.pk).update(handler=person.pk)
    reading = "SELECT title FROM cases_dossier WHERE id = %s"
    assert raw(person, reading, [stage.dutch.pk])
    mandate_runs_out(mandate)
    assert GrantHistory.objects.filter(person=person.pk, ended_at=None, mandate=mandate).exists()
    assert -person.pk in Dossier.objects.get(pk=stage.dutch.pk).readers
    for statement in READS:
        answer = _answer(person, statement, _values(stage))
        assert SECRET not in "".join(answer), statement
    assert raw(person, "UPDATE cases_dossier SET title = 'x' WHERE id = %s", [stage.dutch.pk]) == 0
