"""The mutation check itself: it finds all there is to loosen, and sees what is noticed."""

import subprocess
import sys

import pytest
from django.db import connection, transaction

from lodesk.embedded.places import REPOSITORY
from tests.looking import as_owner
from tests.mutants import border, choice, wall
from tests.mutants.border import Statement
from tests.mutants.conditions import loosened
from tests.mutants.equivalent import EQUIVALENT
from tests.mutants.mutant import Mutant
from tests.mutants.programs import in_program, locks
from tests.mutants.tokens import statements, tokens


@pytest.fixture(scope="module")
def found() -> list[Statement]:
    """The statements of the SQL files."""
    return border.all_statements()


@pytest.fixture(scope="module")
def mutants() -> list[Mutant]:
    """All there are."""
    return choice.mutants()


def _of(found: list[Statement], kind: str) -> set[tuple[str, ...]]:
    return {(each.name, each.table) for each in found if each.kind == kind}


# Against PostgreSQL's catalogue ---------------------------------------------------------------


@pytest.mark.django_db
def test_the_files_hold_every_policy_there_is(found: list[Statement]) -> None:
    assert _of(found, "policy") == set(as_owner("SELECT policyname, tablename FROM pg_policies"))


@pytest.mark.django_db
def test_the_files_hold_every_trigger_there_is(found: list[Statement]) -> None:
    there = as_owner(
        "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
    )
    assert _of(found, "trigger") == set(there)


@pytest.mark.django_db
def test_the_files_hold_every_function_there_is(found: list[Statement]) -> None:
    there = as_owner(
        "SELECT p.proname, p.prosecdef FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace"
        " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    )
    read = {
        (each.name, "SECURITY DEFINER" in each.text) for each in found if each.kind == "function"
    }
    assert read == set(there)


@pytest.mark.django_db
def test_the_files_hold_every_table_with_row_security(found: list[Statement]) -> None:
    there = as_owner("SELECT relname FROM pg_class WHERE relrowsecurity AND relkind = 'r'")
    assert {table for _name, table in _of(found, "row security")} == {name for (name,) in there}


def test_of_everything_that_can_be_loosened_there_are_mutants(
    found: list[Statement], mutants: list[Mutant]
) -> None:
    subjects = {mutant.subject for mutant in mutants}
    kinds = ("policy", "trigger", "view", "constraint", "row security", "closed function")
    left_out = {each.subject for each in found if each.kind in kinds} - subjects
    given_back_or_of_a_trigger = {
        "alerts_claim", "alerts_settle", "alerts_claim_digests", "alerts_settle_digest",
        "alerts_queue_mail",
    }  # fmt: skip
    assert left_out == {f"closed function {name}" for name in given_back_or_of_a_trigger}


def test_every_definer_function_that_asks_something_has_mutants(
    found: list[Statement], mutants: list[Mutant]
) -> None:
    subjects = {mutant.subject for mutant in mutants}
    definers = {each.subject for each in found if "SECURITY DEFINER" in each.text}
    nothing_to_loosen = {
        "function lodesk_border_digest",  # one hash
        "function cases_next_number",  # counts
        "function cases_record",  # writes what it is told
        "function cases_status_changed",  # records what its trigger saw
        "function cases_parties_told",  # records what its trigger saw
        "function cases_project_made",  # makes who made it its first member
        "function alerts_queue_mail",  # writes one line
        "function alerts_next_morning",  # looks at a clock
    }
    assert definers - subjects == nothing_to_loosen


@pytest.mark.django_db
def test_every_mutant_can_be_applied(mutants: list[Mutant]) -> None:
    for mutant in mutants:
        if mutant.kind != "Python":
            with transaction.atomic():
                mutant.apply()
                transaction.set_rollback(True)
            connection.needs_rollback = False


def test_every_mutant_of_the_first_wall_is_another_program(mutants: list[Mutant]) -> None:
    there = wall.source()
    for mutant in mutants:
        if mutant.kind == "Python":
            compile(mutant.text, "policy.py", "exec")
            assert mutant.text not in there


# Choosing -------------------------------------------------------------------------------------


def test_no_two_mutants_have_the_same_name(mutants: list[Mutant]) -> None:
    assert len({mutant.name for mutant in mutants}) == len(mutants) > 1000


def test_what_is_argued_exists_and_has_a_reason(mutants: list[Mutant]) -> None:
    assert set(EQUIVALENT) <= {mutant.name for mutant in mutants}
    assert all(reason.endswith(".") for reason in EQUIVALENT.values())


def test_a_sample_is_the_same_for_the_same_seed(mutants: list[Mutant]) -> None:
    assert choice.sample(mutants, 9, 1) == choice.sample(mutants, 9, 1)
    assert choice.sample(mutants, 9, 1) != choice.sample(mutants, 9, 2)


# Loosening ------------------------------------------------------------------------------------


def _loosened(text: str, *, refuses: bool = False) -> list[str]:
    return [edit(text) for edit in loosened(text, tokens(text), refuses=refuses)]


@pytest.mark.parametrize(
    ("condition", "looser"),
    [
        ("a = 1", []),
        ("a AND b", ["b", "a"]),
        ("a OR b", []),
        ("a AND (b OR c AND d)", ["(b OR c AND d)", "a", "a AND (b OR d)", "a AND (b OR c)"]),
        ("NOT (a OR b)", ["NOT (b)", "NOT (a)"]),
        ("NOT (a AND b)", []),
        ("a BETWEEN 1 AND 2 AND b", ["b", "a BETWEEN 1 AND 2"]),
        ("(a, b) IN ((1, 2))", []),
        ("CASE WHEN a AND b THEN c END AND d", ["d", "CASE WHEN a AND b THEN c END"]),
        ("EXISTS (SELECT FROM t WHERE a)", ["EXISTS (SELECT FROM t WHERE true)"]),
        ("NOT EXISTS (SELECT FROM t WHERE a AND b)", []),
        (
            "EXISTS (SELECT FROM t JOIN u ON c WHERE a AND b LIMIT 1)",
            [
                "EXISTS (SELECT FROM t JOIN u ON true WHERE a AND b LIMIT 1)",
                "EXISTS (SELECT FROM t JOIN u ON c WHERE b LIMIT 1)",
                "EXISTS (SELECT FROM t JOIN u ON c WHERE a LIMIT 1)",
            ],
        ),
    ],
)
def test_a_condition_that_allows_loses_one_operand_at_a_time(
    condition: str, looser: list[str]
) -> None:
    assert _loosened(condition) == looser


@pytest.mark.parametrize(
    ("condition", "looser"),
    [
        ("a OR b", ["b", "a"]),
        ("a AND b", []),
        ("a OR NOT (b AND c)", ["NOT (b AND c)", "a", "a OR NOT (c)", "a OR NOT (b)"]),
    ],
)
def test_a_condition_that_refuses_is_loosened_the_other_way_round(
    condition: str, looser: list[str]
) -> None:
    assert _loosened(condition, refuses=True) == looser


PROGRAM = """
BEGIN
  IF a OR b THEN RAISE EXCEPTION 'no'; END IF;
  NEW.x := 1;
  SELECT c INTO d FROM t WHERE e FOR NO KEY UPDATE;
  RETURN NEW;
END
"""


def test_a_program_loses_its_refusals_what_it_sets_and_its_locks() -> None:
    said = [edit.said for edit in (*in_program(PROGRAM, answers=False), *locks(PROGRAM))]
    assert said == [
        "without the refusal: a OR b",
        "without a",
        "without b",
        "without NEW.x := 1",
        "without e",
        "without FOR NO KEY UPDATE of t WHERE e",
    ]


def test_statements_end_outside_bodies_strings_and_comments_only() -> None:
    text = "-- a; b\nSELECT ';'; DO $$ BEGIN; END $$;\n/* ; */ SELECT \"a;b\";"
    assert list(statements(text)) == ["SELECT ';'", "DO $$ BEGIN; END $$", 'SELECT "a;b"']


def test_a_statement_of_no_known_kind_stops_the_check() -> None:
    with pytest.raises(ValueError, match="no known kind"):
        border._known("CREATE RULE nobody AS ON SELECT TO t DO NOTHING")


# The whole ------------------------------------------------------------------------------------


def _checked(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.mutants", "--jobs", "1", *words]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)


@pytest.mark.soak
@pytest.mark.parametrize(
    "name", ["policy user_read on accounts_user: USING", "policy.serves: always"]
)
def test_a_mutant_is_noticed(name: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = _checked("--only", name)
    assert "1 of 1 noticed" in checked.stdout, checked.stdout + checked.stderr
    assert checked.returncode == 0
