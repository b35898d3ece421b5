"""Mutants that change nothing anybody could observe, each with the reason."""

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
}
