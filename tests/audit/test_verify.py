"""Whoever changes the log is found, even with the owner's login; erasing text is not a change."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from lodesk import audit
from lodesk.audit.models import LogRow
from lodesk.audit.services import Anchor
from lodesk.audit.verify import Fault, verify
from lodesk.border.context import acting_as
from tests.audit.chains import sealed_chain, tamper

pytestmark = pytest.mark.django_db

# Write the chain anew from a row on, as the sealer would.
RESEAL = """
DO $$ DECLARE r audit_logrow; last text; BEGIN
  FOR r IN SELECT * FROM audit_logrow WHERE chain = 'BE' AND position >= %s ORDER BY position LOOP
    SELECT hash INTO last FROM audit_logrow WHERE chain = 'BE' AND position = r.position - 1;
    last := COALESCE(last, repeat('0', 64));
    UPDATE audit_logrow SET previous = last, hash = audit_hash(last, r) WHERE id = r.id;
  END LOOP;
  UPDATE audit_chainhead h SET hash = (
    SELECT hash FROM audit_logrow WHERE chain = 'BE' ORDER BY position DESC LIMIT 1), position = (
    SELECT max(position) FROM audit_logrow WHERE chain = 'BE') WHERE h.chain = 'BE';
END $$
"""


def found(anchor: Anchor | None = None) -> list[tuple[int, Fault]]:
    report = verify("BE", anchor=anchor)
    assert report.sound == (not report.findings)
    return [(finding.position, finding.fault) for finding in report.findings]


def test_a_chain_that_nobody_touched_stands():
    rows = sealed_chain()
    report = verify("BE")
    assert report.sound
    assert (report.rows, report.erased, report.last.position) == (8, 0, 8)
    assert report.last.hash == rows[-1].hash == audit.anchor("BE").hash


def test_an_empty_chain_stands():
    assert verify("LU").sound


@pytest.mark.parametrize(
    "change",
    [
        "action = 'dossier.listed'",
        "actor = 1",
        "actor_country = 'NL'",
        "at = at + interval '1 microsecond'",
        "reference = 'BE-BOG-2026-00099'",
        "target = 'x'",
        "target_id = gen_random_uuid()",
        "mandate = 'BE-M-2026-001'",
        "ip = '192.0.2.1'",
        "agent = 'x'",
        "facts = '{\"a\": 1}'",
        "id = gen_random_uuid()",
        "digest = repeat('0', 64), salt = '', why = '', personal = ''",
        "hash = repeat('0', 64)",
        "previous = repeat('0', 64)",
    ],
)
def test_a_changed_row_is_named(change):
    sealed_chain()
    tamper(f"UPDATE audit_logrow SET {change} WHERE position = 4 AND chain = 'BE'")
    assert (4, Fault.CHANGED) in found()
    assert {position for position, _ in found()} <= {4}


@pytest.mark.parametrize(
    "change", ["personal = 'another'", "why = 'added'", "personal = ''", "salt = ''"]
)
def test_changed_text_is_named(change):
    sealed_chain()
    tamper(f"UPDATE audit_logrow SET {change} WHERE position = 4 AND chain = 'BE'")
    assert found() == [(4, Fault.TEXT_CHANGED)]


def test_text_that_is_added_later_is_named():
    audit.log(by=None, action="dossier.viewed", chain="BE")
    audit.seal()
    tamper("UPDATE audit_logrow SET personal = 'J. Modaal'")
    assert found() == [(1, Fault.TEXT_CHANGED)]


def test_the_finding_names_position_id_and_time():
    row = sealed_chain()[3]
    tamper("UPDATE audit_logrow SET action = 'x' WHERE position = 4 AND chain = 'BE'")
    (finding,) = verify("BE").findings
    assert (finding.position, finding.id, finding.at) == (4, row.id, row.at)
    assert str(finding) == f"row 4 ({row.id}, {row.at.isoformat()}) was changed"


def test_a_changed_row_with_a_new_hash_is_named():
    sealed_chain()
    tamper("UPDATE audit_logrow r SET action = 'x' WHERE position = 4 AND chain = 'BE'")
    tamper(
        "UPDATE audit_logrow r SET hash = audit_hash(previous, r)"
        " WHERE position = 4 AND chain = 'BE'"
    )
    assert found() == [(4, Fault.REPLACED)]


def test_a_changed_last_row_with_a_new_hash_is_named():
    sealed_chain()
    tamper("UPDATE audit_logrow r SET action = 'x' WHERE position = 8 AND chain = 'BE'")
    tamper("UPDATE audit_logrow r SET hash = audit_hash(previous, r) WHERE position = 8")
    assert found() == [(8, Fault.REPLACED)]


@pytest.mark.parametrize("removed", [[1], [4], [4, 5], [8], [7, 8], list(range(1, 9))])
def test_removed_rows_are_named(removed):
    sealed_chain()
    tamper("DELETE FROM audit_logrow WHERE chain = 'BE' AND position = ANY(%s)", removed)
    assert found() == [(position, Fault.REMOVED) for position in removed]


def test_a_removed_row_is_found_when_the_others_are_numbered_anew():
    sealed_chain()
    tamper("DELETE FROM audit_logrow WHERE chain = 'BE' AND position = 4")
    tamper("UPDATE audit_logrow SET position = position - 1 WHERE position > 4 AND chain = 'BE'")
    assert found() == [(3, Fault.REPLACED), (8, Fault.REMOVED)]


def test_rows_that_changed_places_are_named():
    sealed_chain()
    tamper(
        "UPDATE audit_logrow SET position = CASE position WHEN 4 THEN 5 ELSE 4 END"
        " WHERE chain = 'BE' AND position IN (4, 5)"
    )
    assert found() == [(4, Fault.REORDERED), (5, Fault.REORDERED), (6, Fault.REORDERED)]


def test_an_inserted_row_is_named():
    sealed_chain()
    tamper("UPDATE audit_logrow SET position = position + 1 WHERE position > 3 AND chain = 'BE'")
    tamper(
        "INSERT INTO audit_logrow (id, chain, at, actor_country, action, target, reference,"
        " mandate, agent, facts, why, personal, salt, digest, position, previous, hash)"
        " SELECT gen_random_uuid(), chain, at, '', 'x', '', '', '', '', '{}', '', '', '', '', 4,"
        " hash, '' FROM audit_logrow WHERE position = 3 AND chain = 'BE'"
    )
    tamper("UPDATE audit_logrow r SET hash = audit_hash(previous, r) WHERE position = 4")
    assert (4, Fault.INSERTED) in found()
    assert (9, Fault.ADDED) in found()


def test_a_row_sealed_by_hand_is_named():
    last = sealed_chain()[-1]
    audit.log(by=None, action="dossier.viewed", chain="BE")
    tamper(
        "UPDATE audit_logrow r SET position = 9, previous = %s, hash = audit_hash(%s, r)"
        " WHERE position IS NULL",
        last.hash,
        last.hash,
    )
    assert found() == [(9, Fault.ADDED)]


def test_a_row_of_another_chain_does_not_fit():
    sealed_chain()
    sealed_chain(3, "NL")
    tamper("DELETE FROM audit_logrow WHERE chain = 'BE' AND position = 2")
    tamper("UPDATE audit_logrow SET chain = 'BE' WHERE chain = 'NL' AND position = 2")
    assert (2, Fault.CHANGED) in found()


def test_a_chain_that_was_written_anew_stands_but_not_against_the_anchor():
    sealed_chain()
    kept = audit.anchor("BE")
    tamper("UPDATE audit_logrow SET action = 'x' WHERE position = 4 AND chain = 'BE'")
    tamper(RESEAL % 4)
    assert found() == []
    assert found(kept) == [(8, Fault.NOT_THE_ANCHOR)]


def test_a_chain_that_was_cut_with_its_head_does_not_reach_the_anchor():
    sealed_chain()
    kept = audit.anchor("BE")
    tamper("DELETE FROM audit_logrow WHERE chain = 'BE' AND position > 6")
    tamper(RESEAL % 1)
    assert found() == []
    assert found(kept) == [(7, Fault.REMOVED), (8, Fault.REMOVED)]


def test_history_that_went_on_still_holds_the_anchor():
    sealed_chain()
    kept = audit.anchor("BE")
    sealed_chain(3)
    assert found(kept) == []


def test_erasing_text_does_not_break_the_chain():
    row = sealed_chain()[3]
    tamper("SELECT audit_erase(%s)", row.id)
    row.refresh_from_db()
    assert (row.why, row.personal, bytes(row.salt)) == ("", "", b"")
    assert len(row.digest) == 64
    report = verify("BE")
    assert report.sound
    assert report.erased == 1


def test_text_can_be_erased_before_the_row_is_sealed():
    audit.log(by=None, action="dossier.viewed", chain="BE", why="typed")
    tamper("SELECT audit_erase(%s)", LogRow.objects.get().id)
    audit.seal()
    assert verify("BE").sound


def test_rows_that_wait_too_long_for_the_sealer_are_told():
    sealed_chain(2)
    audit.log(by=None, action="dossier.viewed", chain="BE")
    assert verify("BE").waiting_since is None
    an_hour_ago = timezone.now() - timedelta(hours=1)
    tamper("UPDATE audit_logrow SET at = %s WHERE position IS NULL", an_hour_ago)
    report = verify("BE")
    assert report.waiting_since == an_hour_ago
    assert report.sound


def test_the_command_says_what_it_found_and_fails():
    row = sealed_chain()[3]
    out = io.StringIO()
    call_command("verify_log", stdout=out)
    assert f"BE: 8 rows to {audit.anchor('BE')}: unbroken" in out.getvalue()
    assert "OPS: 0 rows: unbroken" in out.getvalue()
    tamper("UPDATE audit_logrow SET action = 'x' WHERE position = 4 AND chain = 'BE'")
    with pytest.raises(CommandError) as failed:
        call_command("verify_log", stdout=out)
    assert failed.value.returncode == 1
    assert f"row 4 ({row.id}, {row.at.isoformat()}) was changed" in out.getvalue()
    call_command("verify_log", chain="NL", stdout=out)


def test_the_command_takes_an_anchor_of_one_chain():
    sealed_chain()
    kept = str(audit.anchor("BE"))
    out = io.StringIO()
    call_command("verify_log", "--chain=BE", f"--anchor={kept}", stdout=out)
    assert "unbroken" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("verify_log", "--chain=BE", f"--anchor=8:{'0' * 64}", stdout=out)
    with pytest.raises(CommandError, match="name it with --chain"):
        call_command("verify_log", f"--anchor={kept}", stdout=out)
    with pytest.raises(CommandError, match="looks like"):
        call_command("verify_log", "--chain=BE", "--anchor=8", stdout=out)


def test_the_command_refuses_a_login_to_which_the_log_looks_empty():
    sealed_chain()
    with acting_as(None), pytest.raises(CommandError, match="LODESK_AS_OWNER"):
        call_command("verify_log")
