"""The frame of every page: where one is, what time it is there and at home, and the rail."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts.models import Role, User
from accounts.zones import ANONYMOUS_ZONE, Zones
from cases import policy
from cases.selectors import handovers, places, worklist
from lodesk.alerts import selectors as alerts
from lodesk.ui.frame import Frame, Language, NavItem, Zone
from lodesk.ui.links import capped


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give templates the frame; it is computed when a template first asks for it."""
    return {"frame": SimpleLazyObject(lambda: _frame(request))}


def _frame(request: HttpRequest) -> Frame:
    user = getattr(request, "user", AnonymousUser())
    zones: Zones | None = getattr(request, "zones", None)
    if not isinstance(user, User) or zones is None or connection.needs_rollback:
        return _of_nobody()
    works = bool(policy.principals(user).groups)
    return Frame(
        place=_place(user, zones),
        short_place=zones.here.label,
        here=zones.here,
        home=zones.home,
        language=translation.get_language() or "en",
        languages=_languages(),
        nav=_rail(request, user, works=works),
        unread=alerts.unread_count(user=user),
        person_label=f"{user.name} · {user.country}",
        may_open=works,
        demo=settings.DEMO,
    )


def _of_nobody() -> Frame:
    now = timezone.now()
    return Frame(
        place=_("Not signed in"),
        short_place=_("Not signed in"),
        here=Zone(_("Brussels"), ANONYMOUS_ZONE, now),
        home=Zone(_("Brussels, The Hague, Luxembourg"), ANONYMOUS_ZONE, now),
        language=translation.get_language() or "en",
        languages=_languages(),
        demo=settings.DEMO,
    )


def _languages() -> list[Language]:
    return [Language(code, label, code.upper()) for code, label in settings.LANGUAGES]


def _place(user: User, zones: Zones) -> str:
    for posting in places.postings_of(user):
        if posting.desk is not None:
            return _("%(city)s joint desk") % {"city": posting.desk.city}
    own = places.headquarters().get(user.country)
    return f"{own.short_name} {own.city_name}" if own else zones.home.label


def _rail(request: HttpRequest, user: User, *, works: bool) -> list[NavItem]:
    """Only what the person may open (look.md, "Frame")."""
    match = request.resolver_match
    here = PAGES.get(match.view_name, "") if match else ""

    def item(slug: str, label: str, view: str, count: int = 0) -> NavItem:
        shown = capped(count) if count else ""
        return NavItem(slug, label, reverse(view), shown, current=slug == here)

    items = []
    if works:
        items += [
            item("worklist", _("Worklist"), "worklist", worklist.count(user)),
            item("dossiers", _("Dossiers"), "dossiers"),
            item("handovers", _("Handovers"), "handovers", handovers.count(user)),
            item("search", _("Search"), "search"),
            item("contacts", _("Contacts"), "contacts"),
        ]
    if policy.serves(user, Role.AUDITOR, user.country):
        items.append(item("log", _("Log"), "log"))
    if policy.serves(user, Role.PEOPLE_ADMINISTRATOR, user.country):
        items.append(item("mail_failures", _("Mail that failed"), "mail_failures"))
    return [*items, item("help", _("Help"), "help")]


# Which item of the rail a page belongs to.
PAGES = {
    "worklist": "worklist",
    "dossiers": "dossiers",
    "dossier": "dossiers",
    "dossier_new": "dossiers",
    "dossier_change": "dossiers",
    "dossier_status": "dossiers",
    "entry_add": "dossiers",
    "entry": "dossiers",
    "entry_correct": "dossiers",
    "entry_translate": "dossiers",
    "mail": "dossiers",
    "parties": "dossiers",
    "party_add": "dossiers",
    "party": "dossiers",
    "party_correct": "dossiers",
    "documents": "dossiers",
    "document": "dossiers",
    "document_withdraw": "dossiers",
    "exports": "dossiers",
    "export": "dossiers",
    "deadlines": "dossiers",
    "deadline": "dossiers",
    "who_can_see": "dossiers",
    "told": "dossiers",
    "task_new": "dossiers",
    "task": "dossiers",
    "links": "dossiers",
    "link": "dossiers",
    "projects": "dossiers",
    "project_new": "dossiers",
    "project": "dossiers",
    "saved_views": "dossiers",
    "saved_view": "dossiers",
    "templates": "dossiers",
    "template_new": "dossiers",
    "template": "dossiers",
    "hand_over": "handovers",
    "dossier_reassign": "handovers",
    "handovers": "handovers",
    "handover": "handovers",
    "mandate": "handovers",
    "rotations": "handovers",
    "rotation_new": "handovers",
    "rotation": "handovers",
    "rotation_certificate": "handovers",
    "absences": "handovers",
    "standin": "handovers",
    "duty": "handovers",
    "search": "search",
    "contacts": "contacts",
    "contact_new": "contacts",
    "contacts_hand_over": "contacts",
    "contact": "contacts",
    "contact_change": "contacts",
    "log": "log",
    "mail_failures": "mail_failures",
    "help": "help",
}
