"""Mutants that change nothing anybody could observe, each with the reason."""

NO_POSTING = (
    "Every way that follows asks for a posting valid now, or for a mandate held with one; somebody"
    " without either, or nobody, is refused there."
)
ONE_OR_THE_OTHER = (
    "A mandate names a dossier or a desk, never both (mandate_for_a_dossier_or_a_desk): with the"
    " desk it has no dossier."
)
IN_A_GROUP = (
    "A posting at a desk is in a national group (posting_role_fits_its_place), so the condition"
    " repeats what the table holds."
)
SEARCHED_IN_VAIN = (
    "It only saves work: the other way of searching is asked as well, and answers through the same"
    " conditions."
)
NAMED_ONCE = (
    "The lines it would give besides are the same dossiers again, which are grouped into one."
)
THE_OTHER_TWO = (
    "The countries that are not the own one are said twice: as a list, so that the index of readers"
    " is read by ranges (seen by test_the_own_countrys_lines_are_not_passed_over), and as an"
    " inequality, which is true of no row where no country is set."
)
COLUMNS_STAY = (
    "The application may change no column that the condition speaks of (test_rights.py), so a row"
    " that it was let to is still such a row afterwards."
)
READ_BEFORE = (
    "The row in between is read under its own policy, which asks for the same dossier: where it is"
    " found at all, its dossier is in sight."
)
SETTLED_IS_TOLD = (
    "The trigger that reckons the clock anew refuses a settled one, in the same words as when it"
    " was settled a moment ago (cases_interval_changed)."
)
MEMBERS_READ = (
    "Only its members read a project, and the project is looked for next, under that policy."
)
OF_ITS_GROUP = (
    "A grant to a group stands on a mandate of that very group (cases_grant_border): who holds the"
    " mandate is in the group."
)
RECKONED_LOCKED = (
    "The trigger on cases_dossier reckons the readers anew, with a snapshot of its own, once the"
    " row is locked (cases_dossier_changes): what overlaps waits there. Locking before, in the"
    " order of the keys, keeps two that change several dossiers from throwing each other out."
)
EACH_LEVEL = (
    "A grant brings the levels below it along, on the same mandate and by the same offer: whether"
    " it goes is the same for each of them."
)
OF_ITS_OFFER = (
    "What was granted by an offer is on the dossier of that offer: nothing else bears its key."
)

EQUIVALENT: dict[str, str] = {
    "function audit_erase: with the rights of the owner": (
        "Only the owner may call it: the function is closed to everybody else."
    ),
    "function audit_complete_row: with the rights of the owner": (
        "It reads the country of the row's actor only, and the policy then lets a row pass whose"
        " actor is the acting person, who reads that country anyway."
    ),
    "function audit_tell_own_country: with the rights of the owner": (
        "It writes a copy of less than the row that has just passed the policy, by the same actor,"
        " which the policy would let pass as well."
    ),
    "policy alert_add on alerts_alert: WITH CHECK without subject_id IS NOT NULL": (
        "No dossier has the key NULL, so nothing without a subject is visible, which is asked next."
    ),
    "function cases_holds: without the refusal: own IS NULL": (
        "A dossier that is not there has no grants."
    ),
    "function cases_holds: without who IS NULL": "Nobody has no principals, which is asked next.",
    "function lodesk_may_open: without the refusal: me IS NULL OR accounts_principals(me) = '{}'": (
        NO_POSTING
    ),
    "function lodesk_may_open: without me IS NULL": NO_POSTING,
    "function lodesk_may_open: without accounts_principals(me) = '{}'": NO_POSTING,
    "function lodesk_may_open: without p.group_id IS NOT NULL": IN_A_GROUP,
    "function lodesk_may_open: without p.group_id IS NOT NULL (2)": IN_A_GROUP,
    "function cases_standing_mandate: without m.dossier_id IS NULL": ONE_OR_THE_OTHER,
    "function cases_grant_border: without dossier_id IS NULL": ONE_OR_THE_OTHER,
    "function cases_grant_border: without the refusal: country IS NULL": (
        "A holder of no country is not of the owner's, and no mandate can name one."
    ),
    "function cases_grant_border: without country <> d.owner": (
        "Another country's holder needs a mandate, and none gives `oversee`"
        " (mandate_never_oversees)."
    ),
    "function cases_grant_border: without holder IS NOT NULL (2)": (
        "Nobody has no principals, so no group of a mandate is among them."
    ),
    "function cases_dossier_listed: without principal <> ALL(NEW.readers)": (
        "All lines are taken away and written again, instead of only those of former readers."
    ),
    "function cases_search: without c.owner = o.owner": NAMED_ONCE,
    "function cases_holding: without r.owner <> current_setting('lodesk.country', true)": (
        THE_OTHER_TWO
    ),
    "function cases_known: without r.owner <> own": THE_OTHER_TWO,
    "function cases_search: without c.phase = p.phase": NAMED_ONCE,
    "function cases_search: without looked_at = read_through": SEARCHED_IN_VAIN,
    "function cases_search: without cardinality(found) < wanted": SEARCHED_IN_VAIN,
    "policy draft_go_on on cases_draft: WITH CHECK (true)": COLUMNS_STAY,
    "policy document_withdraw on cases_document: WITH CHECK (true)": COLUMNS_STAY,
    "policy upload_goes_on on cases_upload: WITH CHECK (true)": COLUMNS_STAY,
    "policy task_step on cases_task: WITH CHECK (true)": COLUMNS_STAY,
    "policy link_end on cases_link: WITH CHECK (true)": COLUMNS_STAY,
    "policy template_end on cases_template: WITH CHECK (true)": COLUMNS_STAY,
    "policy member_leave on cases_projectmember: WITH CHECK (true)": COLUMNS_STAY,
    "policy in_project_take on cases_projectdossier: WITH CHECK (true)": COLUMNS_STAY,
    "policy export_goes_on on cases_export: WITH CHECK (true)": COLUMNS_STAY,
    "policy rotation_go_on on cases_rotation: WITH CHECK (true)": COLUMNS_STAY,
    "policy saved_view_change on cases_savedview: WITH CHECK (true)": COLUMNS_STAY,
    "policy interval_read on cases_clockinterval: USING without d.id = c.dossier_id": READ_BEFORE,
    "policy translation_read on cases_translation: USING without d.id = e.dossier_id": READ_BEFORE,
    "policy version_read on cases_documentversion: USING without d.id = m.dossier_id": READ_BEFORE,
    "policy interval_add on cases_clockinterval: WITH CHECK without c.settled_at IS NULL": (
        SETTLED_IS_TOLD
    ),
    "policy interval_end on cases_clockinterval: USING without c.settled_at IS NULL": (
        SETTLED_IS_TOLD
    ),
    "policy member_name on cases_projectmember: WITH CHECK without lodesk_in_project(project_id)": (
        MEMBERS_READ
    ),
    "policy in_project_put on cases_projectdossier: WITH CHECK without"
    " lodesk_in_project(project_id)": MEMBERS_READ,
    "function cases_identifier_begins: with the rights of the owner": (
        "The policy looks for the party next, as who adds the number, and refuses alike what is out"
        " of sight and what is not there."
    ),
    "function cases_known: without i.owner = own": (
        "A copy of the dossier's owner, which is asked for as well: here for the index."
    ),
    "function cases_same_references: without d.foreign_references <> ''": (
        "Without references there are no keys, which overlap with nothing: here for the index."
    ),
    "function cases_handover_begins: without dossier_id IS NULL": ONE_OR_THE_OTHER,
    "function cases_can_be_offered: without p.group_id IS NOT NULL": IN_A_GROUP,
    "function cases_may_move: without me IS NULL (2)": (
        "Nobody has no principals, which is asked next."
    ),
    "function cases_move_work: without h.id IS NULL": (
        "Of an offer that is not there no state is known, and no step follows from none."
    ),
    "function cases_take_over: without h.giver_keeps <> 'none'": (
        "`none` has no rank, so that no level is up to it and nothing is granted."
    ),
    "function cases_tidy_up: without x.handler_id IS NOT NULL": (
        "NULL is in no list of people, which is asked next."
    ),
    "function cases_claim_export: without o.touched_at < stale": (
        "While one is being made that is not stale nothing is taken up at all, which is asked next."
    ),
    "policy.visible: without the refusal: not numbers": "Nothing overlaps with an empty list.",
    "policy.mandate_number: without the refusal: dossier.owner == user.country": (
        "Within the country no grant stands on a mandate (cases_grant_border), so that no number is"
        " found."
    ),
    "policy._view_grants: without group_id__in=mine.groups": OF_ITS_GROUP,
    "policy._mandate_number: without group_id__in=mine.groups": OF_ITS_GROUP,
    "policy.may_link: without here": (
        "Who may not add to the first dossier is refused all the same, with another reason."
    ),
    "policy._may_accept: without user.country != owner": (
        "An open offer gives its addressee `view` on the dossier (cases_move_work)."
    ),
    "policy alert_add on alerts_alert: WITH CHECK without lodesk_subject_visible(subject_id)": (
        "lodesk_subject_is, asked next, reads the dossier under its own policy, too."
    ),
    "function cases_derive_readers: derived in one statement": RECKONED_LOCKED,
    "function cases_derive_readers: without FOR NO KEY UPDATE of cases_dossier WHERE id ="
    " ANY(changed) ORDER BY id": RECKONED_LOCKED,
    "function cases_mandate_ended: without d.id = touched": (
        "Every dossier whose handler holds it under the mandate is one of those it goes through."
    ),
    "function cases_mandate_ended: without FOR NO KEY UPDATE of cases_dossier WHERE id = touched": (
        "Who gives a grant under the mandate holds the mandate's row (cases_grant_border), so that"
        " ending it waits before this runs; who takes one away leaves less to take."
    ),
    "policy mandate_read on cases_mandate: USING without dossier_id IS NOT NULL": (
        "No dossier has the key NULL, so that none is found for a standing mandate."
    ),
    "function cases_take_over: without d.handler_id IS DISTINCT FROM who": (
        "Who takes it from himself holds already what he would keep: the same grant twice is one."
    ),
    "function cases_loses_sight: without p.codename = 'view_dossier'": EACH_LEVEL,
    "function cases_loses_sight: without p.id = g.permission_id": EACH_LEVEL,
    "function cases_remind: without m.place > c.told": (
        "A clock is reminded of when a moment after those told has come (cases_tells_next), and the"
        " last that has come is none before it."
    ),
    "function cases_move_work: without content_object_id = d.id": OF_ITS_OFFER,
    "function cases_move_work: without content_object_id = d.id (2)": OF_ITS_OFFER,
    "function cases_take_over: without content_object_id = d.id": OF_ITS_OFFER,
    "policy export_ask on cases_export: WITH CHECK without done = 0": (
        "Nothing of no steps is done (export_within_its_steps), and it has none, which is asked"
        " next."
    ),
}
