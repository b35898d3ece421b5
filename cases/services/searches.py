"""A search is an act: who looked for what is logged (Directive (EU) 2016/680, art. 25)."""

from typing import TYPE_CHECKING

from cases.selectors.search import as_reference
from lodesk import audit

if TYPE_CHECKING:
    from accounts.models import User


def record(*, by: "User", words: str) -> None:
    """Log a search in the chain of the person's own country.

    Not how much was found: under a mandate that would tell the own auditor what another country
    has (product.md section 7). For the same reason a reference is logged as it leads to its
    dossier, however it was typed: only so is it known for one, and left out.
    """
    audit.log(
        by=by.pk,
        action="search",
        chain=audit.OWN_CHAIN,
        personal=audit.without_references(as_reference(words) or words, keep=by.country),
    )
