"""The application's rights, column by column and function by function: a reviewed list.

Whoever adds a right changes this file too, and a reader of the change sees it.
"""

import pytest

from tests.looking import as_owner

pytestmark = pytest.mark.django_db

# Columns the application may change; which rows, policies and triggers decide.
CHANGED = {
    "accounts_absence": "taken_back_at taken_back_by_id",
    "accounts_duty": "taken_off_at taken_off_by_id",
    "accounts_user": "language time_zone",
    "alerts_alert": "read_at",
    "alerts_mailpreference": "openings quiet_from quiet_until tasks",
    "cases_clock": "settled_as settled_at settled_by_id settling_entry_id",
    "cases_clockinterval": "ended_by_id ending_entry_id ends_at",
    "cases_document": "withdrawn_at withdrawn_by_id withdrawn_reason",
    "cases_dossier": (
        "crime_area facts foreign_references handling_codes handling_note"
        " host_country kind language legal_basis marking next_step people_concerned purpose"
        " reasons received_at requesting_authority result status status_since summary title"
        " urgency urgency_ground use_restriction version waiting_for waiting_until"
    ),
    "cases_draft": "at values",
    "cases_export": "done sha256 size state steps touched_at",
    "cases_handover": "answer_reason",  # only to be able to lock; its policy lets nothing through
    "cases_mandate": (
        "conditions decided_at decided_by_id decision_reason ended_at ended_by_id ends_at"
        " legal_basis level purpose purpose_text starts_at state"
    ),
    "cases_link": "ended_at ended_by_id ended_reason",
    "cases_project": "ended_at ended_by_id ended_reason name",
    "cases_projectdossier": "ended_at ended_by_id ended_reason",
    "cases_projectmember": "ended_at ended_by_id ended_reason",
    "cases_rotation": "ended_at state",
    "cases_rotationline": "handover_id receiver_id",
    "cases_savedview": "asked name",
    "cases_standin": "ended_at ended_by_id",
    "cases_task": "assignee_id due_at finish_reason finished_at finished_by_id state",
    "cases_template": "ended_at ended_by_id ended_reason",
    "cases_upload": "kind parts problem received sha256 state",
    "cases_visit": "at",
}

# Functions the application may call. Those that change something check who asks.
CALLED = {
    # who acts
    "lodesk_me", "lodesk_country", "lodesk_enter", "lodesk_border_digest",
    # sessions and sign-in, by a key or an address one knows
    "lodesk_session_read", "lodesk_session_write", "lodesk_session_forget",
    "lodesk_sessions_forget", "accounts_sign_in",
    # questions about people
    "accounts_principals", "accounts_country", "accounts_serves", "accounts_certified",
    "accounts_heads", "lodesk_heads",
    "accounts_keeps_roster",
    # questions about dossiers and mandates
    "lodesk_holds", "lodesk_mandated", "lodesk_may_open", "lodesk_may_ask",
    "lodesk_subject_visible", "lodesk_subject_is", "lodesk_subject_known_to",
    "cases_mandate_valid", "cases_search",
    "cases_looks", "cases_people_at", "cases_told_of",
    # what is known of people and objects, the read condition inside
    "cases_holding", "cases_elsewhere", "cases_known", "cases_same_references",
    # tables of states, pure
    "cases_status_follows", "cases_handover_follows", "cases_mandate_follows", "cases_rank",
    "cases_padded", "cases_phases", "cases_reference_keys",
    "cases_task_follows", "lodesk_kind_of_mail", "lodesk_is_urgent",
    # who decides on somebody's work; until when one stands in, the read condition inside
    "lodesk_arranges_for", "cases_standins_of",
    # questions about projects
    "lodesk_in_project", "lodesk_leads",
    # questions about rotations
    "lodesk_works_at", "lodesk_receives", "lodesk_rotates",
    # questions about contacts
    "cases_keeps_contacts", "cases_contact_is_for", "lodesk_sees_contact",
    "lodesk_may_give_contact",
    # acts that check again who asks
    "cases_first_grants", "cases_move_work", "cases_take_work", "cases_reassign_work",
    "cases_tidy_up", "cases_remind",
    "cases_follow_standin", "cases_tidy_standins",
    "cases_offers_waiting",
    "cases_forget_uploads", "cases_claim_export", "cases_give_up_export",
    "cases_forget_exports",
    "cases_tasks_due", "cases_leaving",
    # the outbox and the log, for nobody acting
    "alerts_claim", "alerts_settle", "alerts_claim_digests", "alerts_settle_digest",
    "alerts_refuse_person", "audit_seal", "audit_anchor",
    # whose mail fails, for the administrator of the own country
    "alerts_failures",
    "audit_canonical", "audit_digest", "audit_hash",
}  # fmt: skip


def test_the_application_changes_these_columns_and_no_other() -> None:
    rows = as_owner(
        "SELECT c.relname, string_agg(a.attname, ' ' ORDER BY a.attname) FROM pg_class c"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')"
        " AND has_column_privilege('lodesk_app', c.oid, a.attnum, 'UPDATE') GROUP BY 1"
    )
    assert dict(rows) == CHANGED


def test_the_application_deletes_and_empties_nothing() -> None:
    assert not as_owner(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'v') AND has_table_privilege('lodesk_app', oid,"
        " 'DELETE, TRUNCATE, REFERENCES, TRIGGER, MAINTAIN')"
    )


def test_the_application_uses_no_sequence() -> None:
    # A sequence shared by the countries would tell one how much another works.
    assert not as_owner(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND CASE"
        " relkind WHEN 'S' THEN has_sequence_privilege('lodesk_app', oid, 'USAGE, SELECT, UPDATE')"
        " END"
    )


def test_the_application_calls_these_functions_and_no_other() -> None:
    rows = as_owner(
        "SELECT DISTINCT p.proname FROM pg_proc p LEFT JOIN pg_depend d"
        " ON d.objid = p.oid AND d.deptype = 'e' WHERE d.objid IS NULL"
        " AND p.pronamespace = 'public'::regnamespace AND p.prorettype <> 'trigger'::regtype"
        " AND has_function_privilege('lodesk_app', p.oid, 'EXECUTE')"
    )
    assert {name for (name,) in rows} == CALLED


def test_the_application_makes_nothing_in_any_schema() -> None:
    assert not as_owner(
        "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp)'"
        " AND has_schema_privilege('lodesk_app', oid, 'CREATE')"
    )


def test_every_table_of_ours_but_the_places_has_row_security() -> None:
    # Also those on which the application has no right yet: one given by mistake shows no row.
    rows = as_owner(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        " AND relname ~ '^(accounts|alerts|audit|cases)_' AND NOT relrowsecurity"
    )
    places = {"accounts_desk", "accounts_headquarters", "accounts_nationalgroup"}
    assert {name for (name,) in rows} == places


def test_not_even_the_owner_empties_the_log_of_a_real_database() -> None:
    # Django empties the tables of its test databases, so the trigger can only be looked at here.
    ((when,),) = as_owner(
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'audit_keep_table'"
        " AND tgrelid = 'audit_logrow'::regclass AND tgenabled = 'O'"
    )
    assert "BEFORE TRUNCATE ON public.audit_logrow" in when
    assert when.endswith("EXECUTE FUNCTION audit_keep_row()")


def test_nobody_but_the_two_roles_reaches_a_table() -> None:
    assert not as_owner(
        "SELECT c.relname FROM pg_class c, aclexplode(c.relacl) a"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'S')"
        " AND a.grantee NOT IN (SELECT oid FROM pg_roles WHERE rolname IN"
        " ('lodesk_owner', 'lodesk_app'))"
    )


# Words of a condition that lead to the dossier, to its readers, or to the person alone.
LEADS = ("cases_dossier", "readers", "lodesk.principals", "lodesk_me()", "lodesk_in_project")


def test_every_table_that_holds_a_dossiers_data_asks_for_the_dossier() -> None:
    # A policy to read that does not lead to the dossier would be a second way around it.
    rows = as_owner(
        "SELECT polrelid::regclass::text, pg_get_expr(polqual, polrelid) FROM pg_policy"
        " WHERE polcmd IN ('r', '*') AND polrelid::regclass::text LIKE 'cases\\_%'"
    )
    unrelated = {table for table, condition in rows if not any(word in condition for word in LEADS)}
    assert not unrelated
