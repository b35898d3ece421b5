"""Every constraint of the tables by itself: one value is wrong, all others are right.

Written as the owner of the tables, whom no right, policy or trigger stops.
"""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.models import Dossier, Draft, Translation, Visit
from lodesk.alerts.models import MailPreference
from tests import steps
from tests.factories import (
    Cast,
    ClockFactory,
    ConnectionFactory,
    ContactFactory,
    DocumentFactory,
    DossierFactory,
    EntryFactory,
    HandoverFactory,
    IntervalFactory,
    LinkFactory,
    MandateFactory,
    PartyFactory,
    SavedViewFactory,
    StandInFactory,
    TaskFactory,
    TemplateFactory,
    add_version,
    newer,
    on_duty,
    project_of,
    rotation_of,
    without_rules,
)
from tests.looking import as_owner

pytestmark = pytest.mark.django_db
OURS = ("accounts", "alerts", "audit", "cases")
TOO_EARLY, TOO_LATE = "'1989-12-31'", "'2101-01-02'"
KEPT = {  # rows that are made and ended, and how their constraints are named
    "cases_link": "link",
    "cases_project": "project",
    "cases_projectmember": "member",
    "cases_projectdossier": "in_project",
    "cases_template": "template",
}
RULED = (
    "cases_dossier", "cases_mandate", "cases_handover", "cases_task", "cases_standin",
    "cases_rotation", "cases_rotationline", "audit_logrow", *KEPT,
)  # fmt: skip

LOG = (
    "INSERT INTO audit_logrow (id, chain, actor, action, target, target_id, reference, mandate,"
    " ip, agent, facts, why, personal, at, actor_country, salt, digest) VALUES"
    " (gen_random_uuid(), 'OPS', NULL, 'x', '', NULL, '', '', NULL, '', '{}', '', '', now(), '',"
    " '', '')"
)
ALERT = (
    "INSERT INTO alerts_alert (id, event, subject_id, reference, owner, recipient_id, facts,"
    " because, path, survives_access, unique_key, created_at) VALUES (gen_random_uuid(),"
    " 'test.told', %(dossier)s, 'BE-1', 'BE', %(officer)s, '{}', '', '/x/', false, 'test.told:x',"
    " now())"
)
DOSSIER = "UPDATE cases_dossier SET"
WAITS = f"{DOSSIER} status = 'waiting', waiting_for = 'headquarters'"
MANDATE = "UPDATE cases_mandate SET"
HANDOVER = "UPDATE cases_handover SET"
PARTY = "UPDATE cases_party SET"
STANDIN = "UPDATE cases_standin SET"
CONTACT = "UPDATE cases_contact SET"
FINISHED = "finished_by_id = %(officer)s, finished_at = now()"


def _again(table: str, changed: str = "") -> str:
    """A second row like one there is, under a key of its own."""
    columns = f"'id', gen_random_uuid(){', ' if changed else ''}{changed}"
    return (
        f"INSERT INTO {table} SELECT (jsonb_populate_record(r,"
        f" jsonb_build_object({columns}))).* FROM {table} r LIMIT 1"
    )


# Statements that break one constraint and no other.
CLOCK = "UPDATE cases_clock SET"
INTERVAL = "UPDATE cases_clockinterval SET"
BROKEN: dict[str, tuple[str, ...]] = {
    "one_answer_clock_runs": (_again("cases_clock"),),
    "clock_rule_fits_kind": (
        f"{CLOCK} kind = 'x'",
        f"{CLOCK} rule = '24h', term_at = starts_at + interval '24 hours'",
        f"{CLOCK} kind = 'own'",
    ),
    "clock_term_follows_rule": (
        f"{CLOCK} term_at = starts_at + interval '9 hours'",
        f"{CLOCK} rule = '10wd_owner', term_at = starts_at",
        f"{CLOCK} kind = 'review', rule = '', term_at = starts_at + interval '185 days'",
    ),
    "clock_says_how_it_was_settled": (
        f"{CLOCK} settled_at = now()",
        f"{CLOCK} settled_as = 'done'",
        f"{CLOCK} settled_by_id = %(officer)s",
        f"{CLOCK} settling_entry_id = %(entry)s",
    ),
    "clock_settled_as": (f"{CLOCK} settled_at = now(), settled_as = 'x'",),
    "clock_in_our_time": (
        *(
            f"{CLOCK} rule = '', {column} = {moment}"
            for column in ("starts_at", "term_at")
            for moment in (TOO_EARLY, TOO_LATE)
        ),
        *(
            f"{CLOCK} settled_as = 'done', settled_at = {moment}"
            for moment in (TOO_EARLY, TOO_LATE)
        ),
    ),
    "interval_ends_after_it_starts": (f"{INTERVAL} ends_at = starts_at - interval '1 second'",),
    "of_an_authorisation_the_asker_is_told": (
        f"{INTERVAL} kind = 'authorisation'",
        f"{INTERVAL} kind = 'authorisation', reason = 'x', asker_told_at = now()",
    ),
    "interval_kind": (f"{INTERVAL} kind = 'x'",),
    "interval_in_our_time": (
        f"{INTERVAL} starts_at = {TOO_EARLY}",
        f"{INTERVAL} starts_at = {TOO_LATE}",
        f"{INTERVAL} ends_at = {TOO_LATE}",
        *(
            f"{INTERVAL} {column} = {moment}"
            for column in ("expected_until", "asker_told_at")
            for moment in (TOO_EARLY, TOO_LATE)
        ),
    ),
    # accounts
    "one_team_a_desk": (
        "INSERT INTO accounts_nationalgroup (group_id, country, desk_id) VALUES"
        " (%(group)s, 'BE', %(bog)s)",
        "INSERT INTO accounts_nationalgroup (group_id, country) VALUES (%(group)s, 'BE')",
    ),
    "duty_lasts_a_month_at_most": (
        "UPDATE accounts_duty SET ends_at = starts_at",
        "UPDATE accounts_duty SET ends_at = starts_at + interval '31 days 1 second'",
    ),
    "duty_says_who_took_it_off": (
        "UPDATE accounts_duty SET taken_off_at = now()",
        "UPDATE accounts_duty SET taken_off_by_id = person_id",
    ),
    "posting_ends_after_it_starts": ("UPDATE accounts_posting SET ends_at = starts_at",),
    "posting_role_fits_its_place": (
        "UPDATE accounts_posting SET role = 'auditor' WHERE role = 'officer'",
        "UPDATE accounts_posting SET role = 'officer' WHERE role = 'coordinator'",
        "UPDATE accounts_posting SET group_id = NULL WHERE role = 'officer'",
    ),
    "absence_ends_after_it_starts": (
        "INSERT INTO accounts_absence (person_id, starts_on, ends_on) VALUES"
        " (%(officer)s, current_date, current_date - 1)",
    ),
    "absence_in_our_time": tuple(
        f"INSERT INTO accounts_absence (person_id, starts_on, ends_on) VALUES (%(officer)s, {days})"
        for days in ("'1989-12-31', current_date", "current_date, '2101-01-01'")
    ),
    "absence_taken_back_by_somebody": tuple(
        "INSERT INTO accounts_absence (person_id, starts_on, ends_on, taken_back_at,"
        f" taken_back_by_id) VALUES (%(officer)s, current_date, current_date, {taken})"
        for taken in ("now(), NULL", "NULL, %(officer)s")
    ),
    # log and alerts
    "log_position_once": ("UPDATE audit_logrow SET position = 1, previous = 'x', hash = 'x'",),
    "log_chain_known": ("UPDATE audit_logrow SET chain = 'XX'",),
    "log_action_named": ("UPDATE audit_logrow SET action = ''",),
    "log_sealed_whole": (
        "UPDATE audit_logrow SET hash = 'x'",
        "UPDATE audit_logrow SET position = 0, previous = 'x', hash = 'x'",
    ),
    "alert_once_a_person": (ALERT,),
    "alert_of_ended_access_holds_reference_only": (
        "UPDATE alerts_alert SET survives_access = true",
        "UPDATE alerts_alert SET survives_access = true, path = '', due_at = now()",
        "UPDATE alerts_alert SET survives_access = true, path = '', facts = '{\"a\": 1}'",
    ),
    "delivery_once_a_channel": (_again("alerts_delivery"),),
    "mail_preference_known": tuple(
        f"UPDATE alerts_mailpreference SET {column} = 'x'" for column in ("tasks", "openings")
    ),
    "quiet_hours_begin_and_end": tuple(
        f"UPDATE alerts_mailpreference SET {change}"
        for change in (
            "quiet_from = '22:00'",
            "quiet_until = '07:00'",
            "quiet_from = '22:00', quiet_until = '22:00'",
        )
    ),
    # dossiers
    "reference_once_an_owner": (f"{DOSSIER} reference = 'BE-BOG-2020-00001'",),
    "waiting_names_for_whom": (
        f"{DOSSIER} status = 'waiting'",
        f"{DOSSIER} waiting_for = 'headquarters'",
    ),
    "dossier_kind": (f"{DOSSIER} kind = 'x'",),
    "dossier_status": (f"{DOSSIER} status = 'x'",),
    "dossier_waiting_for": (f"{DOSSIER} status = 'waiting', waiting_for = 'x'",),
    "dossier_urgency": (f"{DOSSIER} urgency = 'x'",),
    "dossier_purpose": (f"{DOSSIER} purpose = 'x'",),
    "dossier_marking": (f"{DOSSIER} marking = 'SECRET'",),
    "dossier_crime_area": (f"{DOSSIER} crime_area = 'x'",),
    "dossier_handling_codes": (f"{DOSSIER} handling_codes = '{{H9}}'",),
    "dossier_result": (f"{DOSSIER} result = 'x'",),
    "dossier_urgency_ground": (f"{DOSSIER} urgency_ground = 'x'",),
    "only_who_waits_waits_until": (f"{DOSSIER} waiting_until = now()",),
    "dossier_in_our_time": (
        f"{WAITS}, waiting_until = {TOO_EARLY}",
        f"{WAITS}, waiting_until = {TOO_LATE}",
        *(
            f"{DOSSIER} {column} = {moment}"
            for column in ("received_at", "due_at", "status_since", "opened_at", "changed_at")
            for moment in (TOO_EARLY, TOO_LATE)
        ),
    ),
    "one_counter": (
        "INSERT INTO cases_referencecounter (kind, owner, desk_id, year, last)"
        " SELECT kind, owner, desk_id, year, last FROM cases_referencecounter",
    ),
    "one_visit_a_person": (_again("cases_visit"),),
    "entry_kind": ("UPDATE cases_entry SET kind = 'x'",),
    "entry_direction": ("UPDATE cases_entry SET direction = 'x'",),
    "entry_channel": ("UPDATE cases_entry SET channel = 'x'",),
    "entry_reason": ("UPDATE cases_entry SET channel_reason = 'x'",),
    "entry_evaluation": ("UPDATE cases_entry SET evaluation = '4x4:D1'",),
    "entry_nature": ("UPDATE cases_entry SET nature = 'x'",),
    "entry_ground": ("UPDATE cases_entry SET kind = 'refusal', ground = 'x'",),
    "a_refusal_has_a_ground": (
        "UPDATE cases_entry SET kind = 'refusal'",
        "UPDATE cases_entry SET ground = '6a'",
    ),
    "a_correction_names_what_it_replaces": (
        "UPDATE cases_entry SET version = 2",
        "UPDATE cases_entry SET correction = 'x'",
        "UPDATE cases_entry SET replaces_id = id",
    ),
    "entry_handling_codes": ("UPDATE cases_entry SET handling_codes = '{H9}'",),
    "entry_in_our_time": tuple(
        f"UPDATE cases_entry SET {column} = {moment}"
        for column in ("at", "recorded_at")
        for moment in (TOO_EARLY, TOO_LATE)
    ),
    "translation_in_our_time": tuple(
        f"UPDATE cases_translation SET at = {moment}" for moment in (TOO_EARLY, TOO_LATE)
    ),
    "one_draft_a_person": (_again("cases_draft"),),
    "draft_in_our_time": tuple(
        f"UPDATE cases_draft SET at = {moment}" for moment in (TOO_EARLY, TOO_LATE)
    ),
    # people and objects
    "party_kind": (f"{PARTY} kind = 'x'",),
    "party_special_categories": (
        f"{PARTY} kind = 'person', role = 'suspect', special_categories = '{{x}}',"
        " special_reason = 'x'",
    ),
    "party_in_our_time": tuple(f"{PARTY} added_at = {moment}" for moment in (TOO_EARLY, TOO_LATE)),
    "party_born_in_our_time": tuple(
        f"{PARTY} kind = 'person', role = 'victim', born_on = '{day}'"
        for day in ("1849-12-31", "2101-01-01")
    ),
    "party_role_is_a_persons": (
        f"{PARTY} role = 'suspect'",
        f"{PARTY} kind = 'person'",
        f"{PARTY} kind = 'person', role = 'x'",
    ),
    "party_details_of_a_suspect": tuple(
        f"{PARTY} kind = 'person', role = 'witness', {column} = 'x'"
        for column in ("aliases", "birth_place", "sex", "occupation", "appearance", "conduct")
    ),
    "party_details_of_a_person": (
        f"{PARTY} born_on = '1980-01-01'",
        f"{PARTY} nationality = 'BE'",
    ),
    "party_special_data_is_justified": (
        f"{PARTY} special_data = 'x'",
        f"{PARTY} special_reason = 'x'",
        f"{PARTY} special_categories = '{{health}}', special_reason = 'x'",
        f"{PARTY} kind = 'person', role = 'victim', special_categories = '{{health}}'",
    ),
    "party_change_has_a_reason": (
        f"{PARTY} withdrawn = true",
        f"{PARTY} withdrawn = true, reason = 'x'",
        f"{PARTY} replaces_id = %(party)s WHERE id = %(other_party)s",
    ),
    "identifier_kind": ("UPDATE cases_identifier SET kind = 'x'",),
    "identifier_is_written": (
        "UPDATE cases_identifier SET value = ''",
        "UPDATE cases_identifier SET normal = ''",
    ),
    "connection_kind": ("UPDATE cases_connection SET kind = 'x'",),
    "connection_in_our_time": tuple(
        f"UPDATE cases_connection SET added_at = {moment}" for moment in (TOO_EARLY, TOO_LATE)
    ),
    "connection_of_two": ("UPDATE cases_connection SET other_id = one_id",),
    "connection_end_has_a_reason": ("UPDATE cases_connection SET replaces_id = id",),
    # documents
    "document_handling_codes": ("UPDATE cases_document SET handling_codes = '{H9}'",),
    "document_in_our_time": (
        f"UPDATE cases_document SET at = {TOO_EARLY}",
        f"UPDATE cases_document SET destroyed_at = {TOO_LATE}",
        f"UPDATE cases_document SET withdrawn_at = {TOO_LATE}, withdrawn_reason = 'x'",
    ),
    "document_withdrawn_with_a_reason": (
        "UPDATE cases_document SET withdrawn_at = now()",
        "UPDATE cases_document SET withdrawn_reason = 'x'",
    ),
    "version_number_once": ("UPDATE cases_documentversion SET number = 7",),
    "version_is_a_file": (
        "UPDATE cases_documentversion SET size = 0",
        "UPDATE cases_documentversion SET sha256 = ''",
        "UPDATE cases_documentversion SET sha256 = 'A' || substr(sha256, 2)",
        "UPDATE cases_documentversion SET sha256 = substr(sha256, 2)",
    ),
    "version_in_our_time": tuple(
        f"UPDATE cases_documentversion SET at = {moment}" for moment in (TOO_EARLY, TOO_LATE)
    ),
    "upload_state": ("UPDATE cases_upload SET state = 'x'",),
    "upload_within_its_size": (
        "UPDATE cases_upload SET received = -1",
        "UPDATE cases_upload SET received = size + 1",
        "UPDATE cases_upload SET size = 0, received = 0",
    ),
    "upload_digest": ("UPDATE cases_upload SET sha256 = 'x'",),
    "upload_in_our_time": tuple(
        f"UPDATE cases_upload SET at = {moment}" for moment in (TOO_EARLY, TOO_LATE)
    ),
    # prints and packages
    "export_form": ("UPDATE cases_export SET form = 'x'",),
    "export_use": ("UPDATE cases_export SET use = 'x'",),
    "export_state": ("UPDATE cases_export SET state = 'x'",),
    "export_has_a_reason": ("UPDATE cases_export SET reason = ''",),
    "export_within_its_steps": ("UPDATE cases_export SET done = steps + 1",),
    "export_ready_is_a_file": (
        "UPDATE cases_export SET state = 'ready', size = 9",
        f"UPDATE cases_export SET state = 'ready', sha256 = '{'a' * 64}'",
        f"UPDATE cases_export SET sha256 = '{'a' * 64}'",
        "UPDATE cases_export SET size = 9",
    ),
    "export_in_our_time": tuple(
        f"UPDATE cases_export SET {field} = {moment}"
        for moment in (TOO_EARLY, TOO_LATE)
        for field in ("at", "touched_at")
    ),
    # rotations
    "rotation_state": ("UPDATE cases_rotation SET state = 'x', ended_at = now()",),
    "rotation_country": ("UPDATE cases_rotation SET country = 'X'",),
    "one_open_rotation_a_leaver": (_again("cases_rotation"),),
    "rotation_ended_has_a_moment": (
        "UPDATE cases_rotation SET state = 'done'",
        "UPDATE cases_rotation SET ended_at = now()",
    ),
    "rotation_in_our_time": tuple(
        f"UPDATE cases_rotation SET {change}"
        for moment in (TOO_EARLY, TOO_LATE)
        for change in (
            f"begun_at = {moment}",
            f"leaves_at = {moment}",
            f"state = 'done', ended_at = {moment}",
        )
    ),
    "once_in_a_rotation": (_again("cases_rotationline"),),
    "rotation_offers_to_somebody": (
        "UPDATE cases_rotationline SET receiver_id = NULL,"
        " handover_id = (SELECT id FROM cases_handover LIMIT 1)",
    ),
    # mandates
    "mandate_ends_after_it_starts": (f"{MANDATE} ends_at = starts_at",),
    "mandate_crosses_the_border": (f"{MANDATE} receiver_country = owner",),
    "mandate_names_one_receiver": (
        f"{MANDATE} receiver_group_id = %(team)s",
        f"{MANDATE} receiver_person_id = NULL",
    ),
    "mandate_for_a_dossier_or_a_desk": (
        f"{MANDATE} desk_id = %(bog)s",
        f"{MANDATE} dossier_id = NULL",
    ),
    "mandate_never_oversees": (f"{MANDATE} level = 'oversee'",),
    "asker_never_decides": (
        f"{MANDATE} decided_by_id = asked_by_id",
        f"{MANDATE} decided_by_id = NULL",
        f"{MANDATE} state = 'refused', decided_by_id = asked_by_id",
    ),
    "mandate_number_once": (f"{MANDATE} number = 'BE-M-2020-001'",),
    "mandate_purpose": (f"{MANDATE} purpose = 'x'",),
    "mandate_state": (f"{MANDATE} state = 'x'",),
    "mandate_kinds": (f"{MANDATE} kinds = '{{x}}'",),
    "mandate_in_our_time": (
        f"{MANDATE} starts_at = {TOO_EARLY}",
        f"{MANDATE} ends_at = {TOO_LATE}",
        f"{MANDATE} asked_at = {TOO_EARLY}",
    ),
    # handovers and grants
    "one_open_offer_a_dossier": (f"{HANDOVER} dossier_id = %(dossier)s",),
    "offer_to_one_addressee": (
        f"{HANDOVER} to_group_id = %(team)s",
        f"{HANDOVER} to_person_id = NULL",
    ),
    "what_is_kept_has_an_end": (
        f"{HANDOVER} giver_keeps = 'view'",
        f"{HANDOVER} giver_keeps_until = now()",
    ),
    "handover_keeps": (f"{HANDOVER} giver_keeps = 'handle', giver_keeps_until = now()",),
    "only_what_is_taken_has_no_giver": (
        f"{HANDOVER} giver_id = NULL",
        f"{HANDOVER} kind = 'taken', state = 'accepted'",
    ),
    "without_an_offer_it_is_done": (
        f"{HANDOVER} kind = 'reassigned'",
        f"{HANDOVER} kind = 'reassigned', state = 'accepted', to_person_id = NULL,"
        " to_group_id = %(team)s",
    ),
    "checklist_by_code": (f"""{HANDOVER} checklist = '["asker"]'""",),
    "handover_kind": (f"{HANDOVER} kind = 'x'",),
    "handover_state": (f"{HANDOVER} state = 'x'",),
    "offer_in_our_time": (
        f"{HANDOVER} answer_by = {TOO_EARLY}",
        f"{HANDOVER} offered_at = {TOO_LATE}",
        f"{HANDOVER} giver_keeps = 'view', giver_keeps_until = {TOO_LATE}",
    ),
    "grant_of_a_person_once": (_again("cases_dossieruserpermission"),),
    "grant_of_a_group_once": (_again("cases_dossiergrouppermission"),),
}
BROKEN |= {
    "task_finished_by_somebody": tuple(
        f"UPDATE cases_task SET {change}"
        for change in (
            "finished_by_id = %(officer)s", "finished_at = now()", "finish_reason = 'x'",
            "state = 'done'", "state = 'done', finished_by_id = %(officer)s",
            "state = 'done', finished_at = now()",
        )
    ),
    "task_dropped_with_a_reason": (f"UPDATE cases_task SET {FINISHED}, state = 'dropped'",),
    "task_state": (f"UPDATE cases_task SET {FINISHED}, state = 'x'",),
    "task_in_our_time": tuple(
        f"UPDATE cases_task SET {change}"
        for moment in (TOO_EARLY, TOO_LATE)
        for change in (
            f"due_at = {moment}", f"made_at = {moment}",
            f"state = 'done', finished_by_id = %(officer)s, finished_at = {moment}",
        )
    ),
    "link_of_two_dossiers": ("UPDATE cases_link SET target_id = source_id",),
    "link_kind": ("UPDATE cases_link SET kind = 'x'",),
    "link_of_a_kind_once": (
        _again("cases_link"),
        _again("cases_link", "'source_id', target_id, 'target_id', source_id"),
    ),
    "member_once": (_again("cases_projectmember"),),
    "in_project_once": (_again("cases_projectdossier"),),
    "saved_view_place_once": (_again("cases_savedview", "'name', 'other'"),),
    "saved_view_name_once": (_again("cases_savedview", "'place', 2"),),
    "saved_view_has_a_place": tuple(
        f"UPDATE cases_savedview SET place = {place}" for place in (0, 21)
    ),
    "saved_view_is_whole_or_empty": tuple(
        f"UPDATE cases_savedview SET {column} = ''" for column in ("name", "asked")
    ),
    "standin_ends_after_it_starts": (f"{STANDIN} ends_at = starts_at",),
    "standin_of_two_people": (f"{STANDIN} stand_in_id = absent_id",),
    "standin_ended_by_somebody": (
        f"{STANDIN} ended_at = now()", f"{STANDIN} ended_by_id = absent_id",
    ),
    "standin_in_our_time": (
        f"{STANDIN} starts_at = {TOO_EARLY}",
        f"{STANDIN} ends_at = {TOO_LATE}",
        *(
            f"{STANDIN} {change} = {moment}"
            for moment in (TOO_EARLY, TOO_LATE)
            for change in (
                "made_at", "begun_at", "over_at", "ended_by_id = absent_id, ended_at",
            )
        ),
    ),
    "contact_visibility": (f"{CONTACT} visibility = 'x'",),
    "contact_act": (f"{CONTACT} act = 'x' WHERE replaces_id IS NOT NULL",),
    "contact_kind": (f"{CONTACT} kind = 'x'",),
    "contact_channel": (f"{CONTACT} channel = 'x'",),
    "contact_in_our_time": tuple(
        f"{CONTACT} made_at = {moment}" for moment in (TOO_EARLY, TOO_LATE)
    ),
    "contact_is_named": (f"{CONTACT} name = '', authority = ''",),
    "contact_change_names_what_it_replaces": (
        f"{CONTACT} act = 'changed' WHERE replaces_id IS NULL",
        f"{CONTACT} act = 'made' WHERE replaces_id IS NOT NULL",
    ),
    "contact_end_has_a_reason": (
        f"{CONTACT} reason = 'x'",
        f"{CONTACT} act = 'retired' WHERE replaces_id IS NOT NULL",
    ),
    "contact_has_few_phones": (f"{CONTACT} phones = array_fill('1'::text, '{{6}}')",),
    "template_kind": ("UPDATE cases_template SET kind = 'x'",),
    "template_purpose": ("UPDATE cases_template SET purpose = 'x'",),
    "template_version_once": (
        _again("cases_template", "'ended_at', now(), 'ended_by_id', made_by_id"),
    ),
    "template_in_use_once": (_again("cases_template", "'version', 2"),),
}  # fmt: skip
for table, named in KEPT.items():
    BROKEN[f"{named}_ended_by_somebody"] = tuple(
        f"UPDATE {table} SET {change}"
        for change in ("ended_at = now()", "ended_by_id = %(officer)s", "ended_reason = 'x'")
    )
    BROKEN[f"{named}_in_our_time"] = tuple(
        f"UPDATE {table} SET {change}"
        for moment in (TOO_EARLY, TOO_LATE)
        for change in (f"made_at = {moment}", f"ended_by_id = made_by_id, ended_at = {moment}")
    )
# A primary key says the same; they are there for the composite keys of postings to point to.
FOR_KEYS = {"person_with_own_country", "group_with_its_country"}


@pytest.fixture
def rows(cast: Cast) -> dict[str, Any]:
    """Two dossiers, each with a mandate and an offer, and a row of everything else."""
    for _number in range(2):
        dossier = DossierFactory(handler=cast.belgian_officer)
        MandateFactory(dossier=dossier, receiver=cast.dutch_officer)
        HandoverFactory(dossier=dossier, to=cast.belgian_colleague)
    TaskFactory(dossier=dossier)
    LinkFactory(source=dossier, target=DossierFactory())
    project_of(cast.belgian_head, dossiers=[dossier])
    TemplateFactory()
    SavedViewFactory(person=cast.belgian_officer)
    rotation_of(cast.belgian_officer, dossier, to=cast.belgian_colleague)
    StandInFactory(absent=cast.belgian_officer, stand_in=cast.belgian_colleague)
    newer(ContactFactory(keeper=cast.belgian_officer))
    on_duty(cast, cast.belgian_officer, "BOG")
    entry = EntryFactory(dossier=dossier)
    party = PartyFactory(dossier=dossier, numbers=["CSQU 305438 3"])
    other = PartyFactory(dossier=dossier)
    ConnectionFactory(one=party, other=other)
    add_version(DocumentFactory(dossier=dossier), b"Second.")
    steps.begin(cast.belgian_officer, dossier)
    steps.ask_export(cast.belgian_officer, dossier)
    person = cast.belgian_officer.person_ptr
    Translation.objects.create(entry=entry, language="fr", text="x", author=person)
    Draft.objects.create(dossier=dossier, person=person)
    IntervalFactory(clock=ClockFactory(dossier=dossier, rule="8h"))
    Visit.objects.create(dossier=dossier, person=person, at=timezone.now())
    MailPreference.objects.create(person=person)
    values = {
        "entry": entry.pk, "dossier": dossier.pk, "officer": person.pk, "team": cast.team("NL").pk,
        "bog": cast.desks["BOG"].pk, "party": party.pk, "other_party": other.pk,
        "group": Group.objects.create(name="x").pk,
    }  # fmt: skip
    as_owner(ALERT, values)
    for _number in range(2):
        as_owner(LOG)
    return values


def test_every_constraint_of_ours_is_tried() -> None:
    there = {
        constraint.name
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for constraint in model._meta.constraints
    }
    assert there - FOR_KEYS == set(BROKEN)


@pytest.mark.parametrize("name", BROKEN)
def test_what_must_never_be_false_is_refused(rows: dict[str, Any], name: str) -> None:
    with without_rules(*RULED):
        for statement in BROKEN[name]:
            assert _broken(statement, rows) == name, statement


def _broken(statement: str, values: dict[str, Any]) -> str | None:
    """The constraint that a statement breaks."""
    try:
        with transaction.atomic():
            as_owner(statement, values)
            as_owner("SET CONSTRAINTS ALL IMMEDIATE")
            transaction.set_rollback(True)
    except IntegrityError as error:
        diagnosis: Any = error.__cause__
        return str(diagnosis.diag.constraint_name)
    return None


@pytest.mark.parametrize("country", ["BE", "NL"])
def test_the_same_reference_of_another_owner_is_none_of_its_business(
    cast: Cast, country: str
) -> None:
    # Else one country's numbers would tell another one's.
    for owner in {"BE", country}:
        DossierFactory(owner=owner, reference="X-1", year=2020, number=1)
    assert Dossier.objects.filter(reference="X-1").count() == len({"BE", country})
