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
}
