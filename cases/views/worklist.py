"""The first page."""

from collections import Counter
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Role, User
from cases import policy
from cases.selectors import worklist
from cases.selectors.worklist import SORTS, Group
from cases.views.asking import user_of
from cases.views.sorting import sorts
from lodesk.ui.links import answer, capped, changed
from lodesk.ui.shapes import Choice, FilterGroup


@require_safe
def worklist_page(request: HttpRequest) -> HttpResponse:
    """What burns, what is offered, what one handles; those without dossiers go to their page."""
    user = user_of(request)
    if not policy.principals(user).groups:
        return redirect(_page_without_dossiers(user))
    owner, state = request.GET.get("owner", ""), request.GET.get("status", "")
    sort = request.GET.get("sort", "due")
    every = worklist.groups_for(user)
    groups = worklist.filtered(every, owner=owner, state=state)
    known = sort.removeprefix("-") in SORTS
    shown = [group.cut() for group in worklist.ordered(groups, sort)] if known else []
    context = {
        "summary": worklist.summary(every),
        "filters": _filters(every, request.GET),
        "sorts": sorts(request.GET, by=SORTS, standard="due"),
        "groups": shown,
        "empty": not shown,
    }
    return answer(request, "cases/worklist.html", context, partial="list")


def _page_without_dossiers(user: User) -> str:
    return "log" if policy.serves(user, Role.AUDITOR, user.country) else "help"


def _filters(groups: Sequence[Group], query: QueryDict) -> list[FilterGroup]:
    rows = [row for group in groups for row in group.rows]
    states = {row.state: row.status for row in rows}
    return [
        _filter(_("Owner"), "owner", Counter(row.owner for row in rows), {}, query),
        _filter(_("Status"), "status", Counter(row.state for row in rows), states, query),
    ]


def _filter(
    label: str, name: str, counts: Counter[str], labels: dict[str, str], query: QueryDict
) -> FilterGroup:
    chosen = query.get(name, "")
    every = Choice(_("All"), changed(query, **{name: ""}), capped(counts.total()), not chosen)
    choices = [
        Choice(
            labels.get(value, value),
            changed(query, **{name: value}),
            capped(counts[value]),
            value == chosen,
        )
        for value in sorted(counts)
    ]
    return FilterGroup(label, [every, *choices])
