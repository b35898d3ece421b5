"""The heads of a list as links."""

from collections.abc import Container

from django.http import QueryDict

from lodesk.ui.links import changed
from lodesk.ui.shapes import SortLink, Sorts


def sorts(query: QueryDict, *, by: Container[str], standard: str) -> Sorts:
    """Links that sort by a column, or turn it round; a column not in `by` is only a head."""
    chosen = query.get("sort", "") or standard
    return Sorts(
        reference=_link("reference", chosen, query, by),
        due=_link("due", chosen, query, by),
        status=_link("status", chosen, query, by),
        handler=_link("handler", chosen, query, by),
    )


def _link(column: str, chosen: str, query: QueryDict, by: Container[str]) -> SortLink:
    if column not in by:
        return SortLink()
    turned = f"-{column}"
    direction = {column: "up", turned: "down"}.get(chosen, "")
    target = turned if chosen == column else column
    return SortLink(changed(query, sort=target, after="", before=""), direction)
