"""The catalogue of leaks: how data of one owner reached another in other systems, one test a row.

Where the product has the channel, the test goes through it with a world in which the others have
the same titles, authorities, numbers and people. Where it has none, the test says so by the
register below: every address, template, task, mail, command and table of the product is assigned to
its channels there, by hand. Whoever adds one assigns it, and writes the test of its channel.
"""

import ast
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from celery import current_app
from django.apps import apps
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import get_commands
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from cases import wordings
from cases.models import Document, DocumentVersion, Dossier, Entry, Export, GrantHistory, Visit
from cases.models.dossiers import Kind
from lodesk.alerts.models import Alert, Delivery
from lodesk.alerts.sending import send_due
from lodesk.audit.models import LogRow
from lodesk.embedded.mail import MailCatcher
from tests import steps
from tests.border.attacks import fingerprint, mandate_runs_out
from tests.border.together import At
from tests.factories import (
    Cast,
    DossierFactory,
    EntryFactory,
    MandateFactory,
    PartyFactory,
    SavedViewFactory,
    TaskFactory,
    add_posting,
    as_person,
    make_cast,
    project_of,
    raw,
    without_rules,
)
from tests.leaks import (
    ALIKE,
    FOLLOW,
    HEADS,
    NAME,
    NAMED,
    NUMBER,
    REFERENCE,
    SIGHT,
    TITLE,
    WORDS,
    Walk,
    World,
    arranged,
    plain,
    told,
    walk,
    work_elsewhere,
)
from tests.looking import as_owner
from tests.pages import filled
from tests.test_access import named_urls

pytestmark = pytest.mark.django_db
world = pytest.fixture(arranged, scope="module")
BASE = Path(settings.BASE_DIR)


# The catalogue and the register -----------------------------------------------------------

SIMILAR = "Similar / related / merge suggestions"
SIDEBAR = 'Sidebar "other cases of this person"'
ACTIVITY = "Activity feed, live stream"
COUNTS = "Counts, facets, badges"
NESTED = "Nested or related object in a form, API body or filter (existence oracle)"
SIDE_DOOR = "Tags, comments, links as a side door to the object"
BULK = "Bulk and download endpoints"
SEARCH = "Search index fenced differently from the list"
REPORT = "Report builder, dashboard widget, export"
MAIL = "Mail and in-app notices after access ended"
LOG = "Audit log kept at old visibility"
ANOTHER = "Authorise one object, change another"
CONTEXT = "Context taken from the session, not from the URL"
EMPTY = 'Empty list / NULL / missing owner means "everyone"'
ONE_GROUP = "Only one group configured → rights ignored"
ASSIGNING = "Assigning someone grants them access silently"
LANGUAGE = "Per-language copy of the rights"
LATER = "Create first, restrict later"
CATALOGUE = (
    SIMILAR, SIDEBAR, ACTIVITY, COUNTS, NESTED, SIDE_DOOR, BULK, SEARCH, REPORT, MAIL, LOG,
    ANOTHER, CONTEXT, EMPTY, ONE_GROUP, ASSIGNING, LANGUAGE, LATER,
)  # fmt: skip
NONE = ("",)  # shows and takes nothing of a dossier

ADDRESSES: dict[str, tuple[str, ...]] = {
    "worklist": (COUNTS, SEARCH, EMPTY, LANGUAGE),
    "dossiers": (COUNTS, NESTED, SEARCH, EMPTY, LANGUAGE),
    "dossier_new": (SIMILAR, NESTED, ASSIGNING, LATER),
    "dossier": (ACTIVITY, COUNTS, SIDE_DOOR, SIDEBAR, CONTEXT, LANGUAGE),
    "dossier_change": (NESTED, ANOTHER, CONTEXT),
    "dossier_status": (NESTED, ANOTHER, CONTEXT),
    "parties": (SIMILAR, NESTED, BULK, SIDE_DOOR, ANOTHER, CONTEXT),
    "party_add": (SIMILAR, NESTED, SIDE_DOOR, ANOTHER, CONTEXT),
    "party": (SIDEBAR, NESTED, SIDE_DOOR, ANOTHER, CONTEXT),
    "party_correct": (SIMILAR, NESTED, ANOTHER, CONTEXT),
    "known": (SIMILAR, SEARCH),
    "entry_add": (SIDE_DOOR, ANOTHER, CONTEXT),
    "entry": (SIDE_DOOR, CONTEXT),
    "entry_correct": (SIDE_DOOR, ANOTHER, CONTEXT),
    "entry_translate": (SIDE_DOOR, ANOTHER, CONTEXT),
    "draft": (SIDE_DOOR, ANOTHER, CONTEXT),
    "mail": (SIDE_DOOR, ANOTHER, CONTEXT),
    "documents": (COUNTS, BULK, SIDE_DOOR, ANOTHER, CONTEXT),
    "upload_begin": (BULK, ANOTHER, NESTED),
    "upload": (BULK, ANOTHER, NESTED),
    "document": (SIDE_DOOR, ANOTHER),
    "document_withdraw": (SIDE_DOOR, ANOTHER),
    "document_file": (BULK, SIDE_DOOR),
    "exports": (SIDE_DOOR, REPORT, ANOTHER),
    "export": (REPORT, SIDE_DOOR),
    "export_file": (REPORT, BULK, SIDE_DOOR),
    "deadlines": (SIDE_DOOR, COUNTS, CONTEXT),
    "deadline": (SIDE_DOOR, ANOTHER, CONTEXT),
    "hand_over": (SIDEBAR, COUNTS, NESTED, ANOTHER, ASSIGNING),
    "dossier_take": (ANOTHER, CONTEXT, ASSIGNING),
    "dossier_reassign": (SIDEBAR, COUNTS, NESTED, ANOTHER, ASSIGNING),
    "who_can_see": (COUNTS, NESTED),
    "told": (MAIL, NESTED),
    "task_new": (NESTED, ANOTHER, CONTEXT, ASSIGNING),
    "task": (SIDE_DOOR, ANOTHER, CONTEXT, ASSIGNING),
    "links": (SIDE_DOOR, COUNTS, NESTED),
    "link": (SIDE_DOOR, ANOTHER),
    "projects": (COUNTS, SIDE_DOOR),
    "project_new": (NESTED, ASSIGNING),
    "project": (SIDE_DOOR, COUNTS, NESTED, ANOTHER, ASSIGNING),
    "saved_views": (NESTED,),
    "saved_view": (NESTED, ANOTHER),
    "templates": NONE,
    "template_new": NONE,
    "template": (NESTED,),
    "handovers": (COUNTS, SEARCH),
    "handover": (SIDE_DOOR, ANOTHER, ASSIGNING),
    "handover_note": (REPORT, SIDE_DOOR),
    "mandate": (SIDE_DOOR, ANOTHER),
    "rotations": (COUNTS,),
    "rotation_new": (ASSIGNING,),
    "rotation": (SIDE_DOOR, COUNTS, NESTED, ANOTHER, ASSIGNING),
    "rotation_certificate": (REPORT, SIDE_DOOR),
    "absences": (NESTED, COUNTS, ASSIGNING),
    "standin": (SIDE_DOOR, ANOTHER, COUNTS),
    "contacts": (COUNTS, SEARCH, NESTED),
    "contact_new": (NESTED,),
    "contacts_hand_over": (NESTED, ASSIGNING),
    "contact": (NESTED, ANOTHER, ASSIGNING),
    "contact_change": (NESTED, ANOTHER),
    "duty": (NESTED, ANOTHER),
    "search": (SEARCH, LANGUAGE),
    "help": NONE,
    "log": (LOG, NESTED),
    "profile": NONE,
    "set_language": (LANGUAGE, NESTED),
    "inbox": (ACTIVITY, COUNTS, MAIL, NESTED),
    "alerts_read": (ANOTHER, NESTED),
    "alerts_unread": (COUNTS, MAIL),
    "mail_failures": NONE,
    "mail_preferences": NONE,
    "account_login": NONE,
    "account_logout": NONE,
    "healthz": NONE,
}
TEMPLATES: dict[str, tuple[str, ...]] = {
    "account": NONE,
    "accounts": NONE,
    "alerts/failures.html": NONE,
    "alerts/inbox.html": (ACTIVITY, MAIL),
    "alerts/preferences.html": NONE,
    "audit/log.html": (LOG,),
    "cases/absences.html": (NESTED, COUNTS),
    "cases/contact.html": NONE,
    "cases/contact_form.html": (NESTED,),
    "cases/contacts.html": (COUNTS, SEARCH),
    "cases/contacts_hand_over.html": (NESTED,),
    "cases/deadline.html": (SIDE_DOOR,),
    "cases/deadline_act.html": (ANOTHER,),
    "cases/deadlines.html": (SIDE_DOOR, COUNTS),
    "cases/document.html": (SIDE_DOOR, BULK),
    "cases/document_file.html": (BULK,),
    "cases/document_withdraw.html": (SIDE_DOOR,),
    "cases/documents.html": (COUNTS, BULK),
    "cases/dossier.html": (ACTIVITY, COUNTS),
    "cases/dossier_form.html": (SIMILAR, NESTED),
    "cases/dossier_links.html": (SIDE_DOOR, COUNTS),
    "cases/dossier_reassign.html": (SIDEBAR, NESTED),
    "cases/dossier_side.html": (SIDEBAR,),
    "cases/dossier_status.html": (NESTED,),
    "cases/dossier_take.html": (ASSIGNING,),
    "cases/dossier_tasks.html": (SIDE_DOOR, COUNTS),
    "cases/dossier_templates.html": (NESTED,),
    "cases/dossiers.html": (COUNTS, SEARCH),
    "cases/dossier_filters.html": (NESTED,),
    "cases/entry.html": (SIDE_DOOR,),
    "cases/duty.html": (NESTED,),
    "cases/entry_form.html": (SIDE_DOOR, NESTED),
    "cases/export.html": (REPORT,),
    "cases/exports.html": (REPORT, SIDE_DOOR),
    "cases/hand_over.html": (NESTED,),
    "cases/hand_over_access.html": (ASSIGNING,),
    "cases/hand_over_terms.html": (NESTED,),
    "cases/hand_over_whom.html": (SIDEBAR, NESTED),
    "cases/handover.html": (SIDE_DOOR,),
    "cases/handover_answer.html": (ANOTHER,),
    "cases/handover_row.html": (COUNTS,),
    "cases/handovers.html": (COUNTS,),
    "cases/help.html": NONE,
    "cases/impossible_steps.html": NONE,
    "cases/levels.html": NONE,
    "cases/mail.html": (SIDE_DOOR,),
    "cases/link.html": (SIDE_DOOR,),
    "cases/links.html": (SIDE_DOOR, COUNTS),
    "cases/links_table.html": (SIDE_DOOR,),
    "cases/mandate.html": (SIDE_DOOR,),
    "cases/mandate_decision.html": (ANOTHER,),
    "cases/known.html": (SIMILAR, SEARCH),
    "cases/parties.html": (SIMILAR, BULK, SIDE_DOOR),
    "cases/party.html": (SIDEBAR, SIDE_DOOR),
    "cases/party_connections.html": (NESTED,),
    "cases/party_form.html": (SIMILAR, NESTED),
    "cases/project.html": (SIDE_DOOR, COUNTS),
    "cases/project_change.html": (SIDE_DOOR,),
    "cases/project_members.html": (SIDE_DOOR,),
    "cases/project_new.html": (NESTED,),
    "cases/projects.html": (COUNTS,),
    "cases/rotation.html": (SIDE_DOOR, COUNTS),
    "cases/rotation_certificate.html": (REPORT,),
    "cases/rotation_end.html": (COUNTS,),
    "cases/rotation_new.html": (ASSIGNING,),
    "cases/rotation_offered.html": (ANOTHER,),
    "cases/rotation_plan.html": (NESTED, ASSIGNING),
    "cases/rotation_rows.html": (SIDE_DOOR,),
    "cases/rotations.html": (COUNTS,),
    "cases/dossier_views.html": NONE,
    "cases/dossier_view_save.html": NONE,
    "cases/saved_view.html": NONE,
    "cases/saved_view_words.html": (NESTED,),
    "cases/saved_views.html": NONE,
    "cases/search.html": (SEARCH,),
    "cases/standin.html": (SIDE_DOOR, COUNTS),
    "cases/task.html": (SIDE_DOOR,),
    "cases/task_act.html": (ANOTHER,),
    "cases/task_new.html": (NESTED, ASSIGNING),
    "cases/template.html": NONE,
    "cases/templates.html": NONE,
    "cases/told.html": (MAIL,),
    "cases/who_can_see.html": (COUNTS,),
    "cases/worklist.html": (COUNTS, SEARCH),
    "cases/worklist_summary.html": (COUNTS,),
    "emails/alert.html": (MAIL,),
    "emails/alert.txt": (MAIL,),
    "emails/digest.html": (MAIL,),
    "emails/digest.txt": (MAIL,),
    "emails/tag.html": (MAIL,),
}
FRAMES = ("components/", "django/", "layout/", "400", "403", "404", "500")  # what pages are made of
TASKS: dict[str, tuple[str, ...]] = {
    "cases.tasks.remind": (MAIL,),
    "cases.tasks.forget_uploads": NONE,
    "cases.tasks.forget_exports": NONE,
    "cases.tasks.make_exports": (REPORT, BULK, NESTED),
    "cases.tasks.remind_of_offers": (MAIL,),
    "cases.tasks.remind_of_tasks": (MAIL,),
    "cases.tasks.tell_of_leaving": (MAIL,),
    "cases.tasks.tidy_up": (MAIL,),
    "lodesk.alerts.tasks.send_due": (MAIL,),
    "lodesk.audit.tasks.seal": (LOG,),
    "lodesk.border.tasks.forget_sessions": NONE,
}
EVENTS: dict[str, tuple[str, ...]] = {
    "handover.offered": (MAIL, ASSIGNING),
    "handover.accepted": (MAIL, ASSIGNING),
    "handover.taken": (MAIL, ASSIGNING),
    "handover.reassigned": (MAIL, ASSIGNING),
    "handover.declined": (MAIL,),
    "handover.withdrawn": (MAIL,),
    "handover.expired": (MAIL,),
    "rotation.offered": (MAIL, ASSIGNING),
    "rotation.answered": (MAIL,),
    "posting.ends": (MAIL,),
    "handover.waiting": (MAIL, ASSIGNING),
    "handover.unanswered": (MAIL,),
    "mandate.asked": (MAIL,),
    "mandate.waiting": (MAIL,),
    "mandate.given": (MAIL,),
    "mandate.refused": (MAIL,),
    "mandate.ended": (MAIL,),
    "access.ended": (MAIL,),
    "clock.half": (MAIL,),
    "clock.near": (MAIL,),
    "clock.past": (MAIL,),
    "clock.unanswered": (MAIL,),
    "clock.extended": (MAIL,),
    "handler.left": (MAIL,),
    "standin.begun": (MAIL, ASSIGNING),
    "standin.ended": (MAIL,),
    "standin.nobody": (MAIL,),
    "contact.handed_over": (MAIL, ASSIGNING),
    "dossier.opened": (MAIL, ASSIGNING),
    "dossier.opened_for_you": (MAIL,),
    "task.assigned": (MAIL, ASSIGNING),
    "task.moved": (MAIL,),
    "task.given_on": (MAIL,),
    "task.done": (MAIL,),
    "task.dropped": (MAIL,),
    "task.due": (MAIL,),
}
# For the owner's login, on the server; none writes a file with what is in the tables.
COMMANDS: dict[str, tuple[str, ...]] = {
    "demo_data": NONE,
    "rewrap_documents": NONE,
    "verify_border": NONE,
    "verify_documents": NONE,
    "verify_log": (LOG,),
    "migrate": NONE,
    "compile_catalogues": NONE,
    "extract_catalogues": NONE,
}
# Tables with a dossier in them, besides its own.
TABLES: dict[str, tuple[str, ...]] = {
    "cases.Clock": (SIDE_DOOR,),
    "cases.Document": (BULK, SIDE_DOOR),
    "cases.Upload": (BULK, SIDE_DOOR),
    "cases.Export": (REPORT, SIDE_DOOR),
    "cases.Entry": (ACTIVITY, SIDE_DOOR),
    "cases.Draft": (SIDE_DOOR,),
    "cases.Party": (SIMILAR, SEARCH, SIDE_DOOR),
    "cases.Identifier": (SIMILAR, SEARCH, SIDE_DOOR),
    "cases.Connection": (SIDE_DOOR,),
    "cases.Visit": (COUNTS, SIDE_DOOR),
    "cases.Reader": (SEARCH, SIDE_DOOR),
    "cases.Handover": (SIDE_DOOR,),
    "cases.Link": (SIDE_DOOR,),
    "cases.ProjectDossier": (SIDE_DOOR,),
    "cases.RotationLine": (SIDE_DOOR,),
    "cases.Task": (SIDE_DOOR,),
    "cases.Mandate": (SIDE_DOOR,),
    "cases.StandIn": (SIDE_DOOR,),
    "cases.DossierUserPermission": (SIDE_DOOR,),
    "cases.DossierGroupPermission": (SIDE_DOOR,),
    "cases.GrantHistory": (SIDE_DOOR,),
    "alerts.Alert": (MAIL, SIDE_DOOR),
    "audit.LogRow": (LOG,),
}
REGISTER = {
    "address": ADDRESSES,
    "template": TEMPLATES,
    "task": TASKS,
    "mail": EVENTS,
    "command": COMMANDS,
    "table": TABLES,
}


def ways_of(channel: str) -> set[str]:
    """Everything in the product that is a way of this channel."""
    return {
        f"{kind} {name}"
        for kind, entries in REGISTER.items()
        for name, channels in entries.items()
        if channel in channels
    }


def _templates() -> Iterator[str]:
    folder = BASE / "templates"
    for path in (*folder.rglob("*.html"), *folder.rglob("*.txt")):
        name = str(path.relative_to(folder))
        if not name.startswith(FRAMES):
            yield name if name in TEMPLATES else name.partition("/")[0]


def _tasks() -> Iterator[str]:
    current_app.loader.import_default_modules()
    yield from (name for name in current_app.tasks if not name.startswith("celery."))


def _commands() -> Iterator[str]:
    ours = ("lodesk.", "cases", "accounts")
    yield from (name for name, app in get_commands().items() if str(app).startswith(ours))


def _tables() -> Iterator[str]:
    for model in apps.get_models():
        names = {field.name for field in model._meta.get_fields() if field.concrete}
        points = any(getattr(field, "related_model", None) is Dossier
                     for field in model._meta.get_fields() if field.concrete)  # fmt: skip
        if points or names & {"subject_id", "target_id", "dossier_id"}:
            yield model._meta.label


@pytest.mark.parametrize(
    ("kind", "found"),
    [("address", lambda: (name for name, _arguments in named_urls())), ("template", _templates),
     ("task", _tasks), ("mail", lambda: iter(wordings.EVENTS)), ("command", _commands),
     ("table", _tables)],
)  # fmt: skip
def test_every_way_out_of_the_product_is_assigned_to_its_channels(kind: str, found: Any) -> None:
    """Something new fails here: say which rows of the catalogue it is a way of, and test them."""
    assert set(found()) == set(REGISTER[kind])
    channels = {each for entry in REGISTER[kind].values() for each in entry}
    assert channels <= {*CATALOGUE, *NONE}


# What everybody can reach by clicking -----------------------------------------------------

WALKERS = ("belgian_colleague", "belgian_coordinator", "belgian_auditor", "dutch_colleague",
           "luxembourg_headquarters", "belgian_leaver")  # fmt: skip


@pytest.fixture(scope="module")
def walks(world: World) -> dict[str, Walk]:
    """All pages of some people; the browser itself fails where a page tells of what is hidden."""
    with transaction.atomic():
        found = {name: walk(world.browser(name)) for name in WALKERS}
        transaction.set_rollback(True)
    return found


def test_the_walks_reach_what_their_walkers_see(world: World, walks: dict[str, Walk]) -> None:
    """Else the tests below would prove nothing."""
    for name, walked in walks.items():
        pages = walked.pages
        reached = {path[3:-1] for path in pages if re.fullmatch(r"/d/[A-Z0-9-]+/", path)}
        assert reached == world.seen_by(name), name
        assert {page.status for page in pages.values()} <= {200, 302, 403, 405}, name
    key = r"[0-9a-f-]{36}|[A-Z]{2}-.*?(?=/)"
    paths = {re.sub(key, "*", path) for path in walks["belgian_coordinator"].pages}
    assert {"/d/*/", "/d/*/change", "/d/*/hand-over", "/d/*/access", "/handovers/*/",
            "/mandates/*/"} <= paths  # fmt: skip


def test_no_page_names_a_dossier_out_of_sight(world: World, walks: dict[str, Walk]) -> None:
    for name, walked in walks.items():
        shown = {each for page in walked.pages.values() for each in page.references}
        if name == "belgian_auditor":  # reads the log of the own country, and no dossier
            assert {each[:2] for each in shown} == {"BE"}
            continue
        assert shown <= world.seen_by(name), name


# Row by row -------------------------------------------------------------------------------


def test_similar_related_merge_suggestions(world: World, walks: dict[str, Walk]) -> None:
    """Similar / related / merge suggestions.

    A page about a dossier names no other but those that somebody linked to it and of which the
    reader sees both, although there are eight of the same title, authority and foreign number, the
    same container and the same witness in sight, and more out of sight: it counts those in sight.
    What is suggested before one saves are dossiers in sight; and to who sees none, opening one more
    of the same says nothing that opening something new would not.
    """
    assert ways_of(SIMILAR) == {
        "address dossier_new", "address parties", "address party_add", "address party_correct",
        "address known", "table cases.Party", "table cases.Identifier",
        "template cases/dossier_form.html", "template cases/known.html",
        "template cases/parties.html", "template cases/party_form.html",
    }  # fmt: skip
    for name in ("belgian_coordinator", "dutch_colleague"):
        pages = walks[name].pages
        about = {path: page for path, page in pages.items() if path.startswith("/d/")}
        assert len(about) > 15
        for path, page in about.items():
            reference = path.split("/")[2]
            assert page.references <= {reference, *world.linked_to(reference, name)}, path
    client = world.browser("belgian_elsewhere")  # sees no dossier at all
    answers = []
    with time_machine.travel(timezone.now(), tick=False):
        for alike in ({}, {"title": "Nothing like it", "foreign_references": "SIENA 1-1"}):
            typed = {**ALIKE, **alike, "kind": ""}  # comes back, with the one error about the kind
            sent = filled(client.get("/dossiers/new"), **typed)
            answers.append(told(client.post("/dossiers/new", sent), *typed.values()))
    assert answers[0] == answers[1]
    opened = filled(client.get("/dossiers/new"), **ALIKE, summary=NUMBER, kind="other")
    assert client.post("/dossiers/new", opened).status_code == 302


@pytest.mark.parametrize("name", ["belgian_colleague", "dutch_colleague", "dutch_officer"])
def test_what_is_the_same_is_named_and_counted_among_what_one_sees(world: World, name: str) -> None:
    client, seen = world.browser(name), world.seen_by(name)
    country = world.person(name).country
    sent = filled(client.get("/dossiers/new"), **ALIKE, summary=NUMBER, kind="other")
    told_of = client.post("/dossiers/new", sent).context["same"]
    assert {each.reference for each in told_of} == seen
    mine = world.dossiers[f"{country} plain"].reference
    pasted = client.post(f"/d/{mine}/parties/", {"numbers": NUMBER})
    assert {each.reference for each in pasted.context["same"]} == seen
    line = next(each for each in client.get(f"/d/{mine}/").context["parties"].lines
                if NUMBER in each.name)  # fmt: skip
    assert f" {len(seen) - 1} other dossiers" in line.elsewhere
    assert client.get("/known?name=Clara").context["found"] == [NAME]
    with time_machine.travel(timezone.now(), tick=False):
        paths = [f"/d/{mine}/parties/", f"/search?all=1&q={NUMBER}", f"/search?q={NAME}"]
        first = _drawn(client, paths)
        work_elsewhere(world, "LU")
        assert _drawn(client, paths) == first


def test_sidebar_other_cases_of_this_person(world: World, walks: dict[str, Walk]) -> None:
    """Sidebar "other cases of this person".

    The Dutch officer handles a Belgian dossier and seven Dutch ones. A Belgian sees his name and
    nothing of the seven: no load, no number, nothing late; and nothing changes when he has more.
    """
    assert ways_of(SIDEBAR) == {
        "address dossier", "address dossier_reassign", "address hand_over", "address party",
        "template cases/dossier_reassign.html", "template cases/dossier_side.html",
        "template cases/hand_over_whom.html", "template cases/party.html",
    }  # fmt: skip
    abroad = world.dossiers["BE abroad"].reference
    handler = world.person("dutch_officer").name
    page = walks["belgian_coordinator"].pages[f"/d/{abroad}/"]
    assert handler in page.text
    assert page.references == {abroad}
    client = world.browser("belgian_officer")
    plain_one = f"/d/{world.dossiers['BE plain'].reference}/hand-over"
    before = client.get(plain_one)
    loads: dict[str, set[Any]] = {}
    for row in before.context["receivers"]:
        loads.setdefault(row.place[:2], set()).add((row.load, row.late))
    assert loads["NL"] == {(None, None)}
    assert not loads["BE"] & {(None, None)}
    head = world.browser("belgian_head").get(plain_one.replace("hand-over", "re-assign"))
    assert {row.place[:2] for row in head.context["receivers"]} == {"BE"}
    with time_machine.travel(timezone.now(), tick=False):
        first = plain(client.get(plain_one).content.decode())
        work_elsewhere(world, "NL")
        assert plain(client.get(plain_one).content.decode()) == first


def test_activity_feed_live_stream(world: World, walks: dict[str, Walk]) -> None:
    """Activity feed, live stream.

    The timeline of a dossier holds its own entries, the inbox alerts of what is in sight; nothing
    is streamed, and nothing in a page opens a stream. The page of an export asks how far one's own
    is, the bell how many of one's own alerts are unread, and of nothing else.
    """
    assert ways_of(ACTIVITY) == {
        "address dossier", "address inbox", "template alerts/inbox.html",
        "template cases/dossier.html", "table cases.Entry",
    }  # fmt: skip
    for name, walked in walks.items():
        for path, page in walked.pages.items():
            assert not page.streamed or path.startswith("/files/"), path
            assert "event-stream" not in page.kind, path
            entries = set(re.findall(r'id="entry-([0-9a-f-]{36})"', page.text))
            if entries:
                (dossier,) = Dossier.objects.filter(reference=path.split("/")[2])
                assert Entry.objects.filter(pk__in=entries, dossier=dossier).count() == len(entries)
        alerts = walked.pages["/alerts/"]
        assert alerts.references <= world.seen_by(name)
    sources = [*(BASE / "static" / "js").rglob("*.js"), *(BASE / "templates").rglob("*.html")]
    opens = r"EventSource|WebSocket|sse-connect|ws-connect|hx-ext|setInterval|every \d+s"
    found = {path.name for path in sources if re.search(opens, path.read_text())}
    assert found <= {"htmx.min.js", "export.html"}


SCREENS = ("/", "/dossiers/?status=any", "/dossiers/?status=any&q=reefer",
           "/dossiers/?kind=incoming_request&urgency=normal", "/handovers/", "/alerts/",
           "/projects/", "/search?q=reefer", "/contacts/", "/contacts/?q=hof",
           "/contacts/?kind=customs")  # fmt: skip


@pytest.mark.parametrize("busy", ["NL", "LU"])
def test_counts_facets_badges(busy: str, world: World) -> None:
    """Counts, facets, badges.

    A busy day in another country changes no figure: not in the rail, not in a filter, a group, a
    head, a timeline, "who can see this" or a load; the whole page is what it was.
    """
    assert {"address worklist", "address dossiers", "address who_can_see"} <= ways_of(COUNTS)
    people = ["belgian_officer", "belgian_colleague", "belgian_coordinator"]
    if busy == "NL":
        people += ["luxembourg_headquarters"]
    project = f"/projects/{world.projects['joint'].pk}/"
    paths = [
        *SCREENS,
        project,
        *_of(world, "BE abroad"),
        *_of(world, "BE shared"),
        *_of(world, "LU plain"),
    ]
    clients = {name: world.browser(name) for name in people}
    with time_machine.travel(timezone.now(), tick=False):
        first = {name: _drawn(client, paths) for name, client in clients.items()}
        work_elsewhere(world, busy)
        second = {name: _drawn(client, paths) for name, client in clients.items()}
    for name in people:
        changed = [path for path in paths if first[name][path] != second[name][path]]
        assert not changed, name


def _of(world: World, name: str) -> list[str]:
    reference = world.dossiers[name].reference
    return [f"/d/{reference}/{part}" for part in ("access", "told", "hand-over", "links/")]


def _drawn(client: Client, paths: list[str]) -> dict[str, str]:
    return {path: plain(client.get(path).content.decode()) for path in paths}


def test_a_busy_day_does_change_the_figures_of_who_may_see_it(world: World) -> None:
    """Else the test above would prove nothing."""
    client = world.browser("dutch_officer")
    first = _drawn(client, list(SCREENS))
    work_elsewhere(world, "NL")
    second = _drawn(client, list(SCREENS))
    changed = {path for path in SCREENS if first[path] != second[path]}
    assert {"/", *SCREENS[1:4], "/handovers/", "/search?q=reefer"} <= changed


def test_nested_or_related_object_in_a_form_api_body_or_filter(world: World) -> None:
    """Nested or related object in a form, API body or filter (existence oracle).

    Whatever takes the name of something answers of what is hidden as of what never was: the same
    status, the same page, the same words.
    """
    client, hidden = world.browser("belgian_officer"), world.dossiers["NL plain"]
    mine = world.dossiers["BE plain"].reference
    nowhere, no_key = "NL-BOG-2026-99999", str(uuid.uuid4())
    beside = uuid.UUID(int=hidden.pk.int ^ 1)  # the same place in a list
    entry = str(hidden.entries.all()[0].pk)
    alert = str(_alert_about(world, hidden, "belgian_officer").pk)
    party = str(PartyFactory(dossier=hidden, numbers=["CSQU 777777 1"]).pk)
    offer, asked = str(world.offers["NL offered"].pk), str(world.mandates["NL waiting"].pk)
    handler = str(world.person("dutch_officer").public_id)
    view = str(SavedViewFactory(person=world.person("dutch_officer")).pk)
    contact = str(world.contacts["NL"].pk)
    hidden_link = str(world.links["BE plain", "LU plain"].pk)
    project = f"/projects/{world.projects['joint'].pk}/"
    for method, path, pair in (
        ("get", "/d/{}/", (hidden.reference, nowhere)),
        ("post", "/d/{}/entries", (hidden.reference, nowhere)),
        ("post", "/d/{}/hand-over", (hidden.reference, nowhere)),
        ("post", "/d/{}/take", (hidden.reference, nowhere)),
        ("post", "/d/{}/re-assign", (hidden.reference, nowhere)),
        ("get", "/handovers/{}/", (offer, no_key)),
        ("get", "/mandates/{}/", (asked, no_key)),
        ("get", f"/d/{mine}/parties/{{}}/", (party, no_key)),
        ("get", f"/d/{mine}/parties/{{}}/correct", (party, no_key)),
        ("get", "/d/{}/parties/", (hidden.reference, nowhere)),
        ("post", "/d/{}/parties/", (hidden.reference, nowhere)),
        ("get", "/search?q={}", ("CSQU7777771", "CSQU7777772")),
        ("get", "/known?name={}", ("CSQU7777771", "CSQU7777772")),
        ("get", f"/d/{mine}/tasks/{{}}/", (str(world.tasks["NL plain"].pk), no_key)),
        ("get", f"/d/{mine}/links/{{}}/", (hidden_link, no_key)),
        ("post", f"/d/{mine}/links/?kind=related&target={{}}", (hidden.reference, nowhere)),
        ("get", "/projects/{}/", (str(world.projects["NL"].pk), no_key)),
        ("get", "/rotations/{}/", (str(world.rotations["NL"].pk), no_key)),
        ("get", "/rotations/{}/certificate", (str(world.rotations["NL"].pk), no_key)),
        ("post", f"{project}?action=put_in&put-dossier={{}}", (hidden.reference, nowhere)),
        ("post", f"{project}?action=take_out&reference={{}}", (hidden.reference, nowhere)),
        ("get", "/dossiers/new?template={}", (str(world.templates["NL"].pk), no_key)),
        ("get", "/templates/{}/", (str(world.templates["NL"].pk), no_key)),
        ("get", "/contacts/{}/", (contact, no_key)),
        ("post", "/contacts/{}/?action=take", (contact, no_key)),
        ("get", "/contacts/{}/change", (contact, no_key)),
        ("get", "/contacts/?after={}", (contact, no_key)),
        ("get", "/contacts/?q={}", ("6012345677", "6012345678")),
        ("post", "/contacts/hand-over?to=BOG:{}", (handler, no_key)),
        ("get", "/views/{}/", (view, no_key)),
        ("post", "/views/{}/?action=forget", (view, no_key)),
        ("get", "/dossiers/?view={}", (view, no_key)),
        ("post", "/views/?name=x&asked=handler%3D{}", (handler, no_key)),
        ("get", "/search?q={}", (hidden.reference, nowhere)),
        ("get", "/search?q={}", (hidden.reference.lower(), nowhere.lower())),
        ("get", "/dossiers/?handler={}", (handler, no_key)),
        ("get", "/dossiers/?status=any&q={}", (hidden.reference, nowhere)),
        ("get", "/dossiers/?status=any&q={}", ("CSQU7777771", "CSQU7777772")),
        ("get", "/dossiers/?after=_{}", (hidden.pk.hex, beside.hex)),
        ("get", "/alerts/?older_than={}", (alert, no_key)),
        ("get", f"/d/{mine}/?before={{}}", (entry, no_key)),
        ("get", f"/d/{mine}/hand-over?to=p:{{}}", (handler[:-1] + "x", no_key)),
        ("post", "/alerts/read?", (alert, no_key)),
        ("post", "/language?next=/d/{}/", (hidden.reference, nowhere)),
    ):
        with time_machine.travel(timezone.now(), tick=False):
            answers = [_asked(client, method, path, each) for each in pair]
        assert answers[0] == answers[1], path
    choices = client.get("/dossiers/").context["form"].fields["handler"].choices
    assert handler not in {value for value, _label in choices}


def _asked(client: Client, method: str, path: str, value: Any) -> tuple[int, str]:
    target, _mark, query = path.format(value).partition("?")
    if method == "get":
        return told(client.get(f"{target}?{query}" if query else target), value)
    sent = {"alert": value, "text": "x", "language": "nl"} | dict(
        [each.split("=") for each in query.split("&") if each]
    )
    with transaction.atomic():
        answer = told(client.post(target, sent), value)
        transaction.set_rollback(True)
    return answer


def _alert_about(world: World, dossier: Dossier, name: str) -> Alert:
    return Alert.objects.create(
        event="handover.offered", subject_id=dossier.pk, reference=dossier.reference,
        owner=dossier.owner, because="named", recipient=world.person(name).person_ptr,
        unique_key=f"handover.offered:{dossier.pk}",
    )  # fmt: skip


def test_tags_comments_links_as_a_side_door(world: World, walks: dict[str, Walk]) -> None:
    """Tags, comments, links as a side door to the object.

    Every table that points to a dossier shows a person only the rows of dossiers in sight, a link
    only where both ends are; a project shows its members what they see anyway, and nobody else
    that it is there. There are no tags, and a reference written into a note stays a word.
    """
    pointing = {name.partition(" ")[2] for name in ways_of(SIDE_DOOR) if name.startswith("table")}
    assert pointing == set(TABLES) - {"audit.LogRow"}
    _fill_every_table(world)
    for name in world.cast.people:
        seen = {world.dossiers[each].pk for each in SIGHT.get(name, ())}
        for table, column in (each for label in pointing for each in _columns(label)):
            with as_person(world.person(name)):
                rows = raw(world.person(name), f"SELECT DISTINCT {column} FROM {table}")
            assert {key for (key,) in rows if key} <= seen, (name, table, column)
        own = _first(raw(world.person(name), "SELECT id FROM cases_project"))
        named = {"joint"} if name in NAMED else set()
        named |= {owner for owner, head in HEADS.items() if head == name}
        assert own == {world.projects[each].pk for each in named}, name
        rotations = _first(raw(world.person(name), "SELECT id FROM cases_rotation"))
        assert rotations == {
            world.rotations[owner].pk for owner, follow in FOLLOW.items() if name in follow
        }, name
        links = _first(raw(world.person(name), "SELECT id FROM cases_link"))
        both = {ends for ends in world.links if set(ends) <= SIGHT.get(name, set())}
        assert links == {world.links[ends].pk for ends in both}, name
        ((visits,),) = raw(
            world.person(name), "SELECT count(*) FROM cases_visit WHERE person_id <> %s",
            [world.person(name).pk],
        )  # fmt: skip
        assert visits == 0  # one's own stay: when one looked, and at which key
    client, mine = world.browser("belgian_officer"), world.dossiers["BE plain"].reference
    hidden = world.dossiers["NL plain"].reference
    client.secrets = ()  # one writes it oneself
    note = {"text": f"See {hidden} and /d/{hidden}/ and {TITLE}", "language": "en"}
    assert client.post(f"/d/{mine}/entries", note).status_code == 302
    shown = client.get(f"/d/{mine}/").content.decode()
    assert hidden in shown
    assert f'href="/d/{hidden}' not in shown
    assert WORDS["NL"] not in shown


def _fill_every_table(world: World) -> None:
    for dossier in world.dossiers.values():
        person = world.person("dutch_officer").person_ptr
        Visit.objects.get_or_create(dossier=dossier, person=person, defaults={"at": timezone.now()})
        for name in ("belgian_officer", "dutch_officer", "luxembourg_headquarters"):
            _alert_about(world, dossier, name)


def _columns(label: str) -> list[tuple[str, str]]:
    """Where a table points to a dossier; one's visits are checked by themselves."""
    model = apps.get_model(label)
    columns = [
        field.column
        for field in model._meta.get_fields()
        if field.concrete and getattr(field, "related_model", None) is Dossier
    ]
    return [
        (model._meta.db_table, each) for each in columns or ["subject_id"] if label != "cases.Visit"
    ]


def test_bulk_and_download_endpoints(world: World, walks: dict[str, Walk]) -> None:
    """Bulk and download endpoints.

    One download gives one file of one document of a dossier in sight, always as something to keep;
    nothing is downloaded in bulk. Files that are added are one's own, and go where the address
    says. One act on many rows marks alerts as read: one's own, in sight, and no other. Another
    adds many objects, to the one dossier of its address.
    """
    for name, walked in walks.items():
        seen = set(Document.objects.filter(dossier__reference__in=world.seen_by(name)))
        for path, page in walked.pages.items():
            if path.startswith("/files/") and page.streamed:
                version = DocumentVersion.objects.get(pk=path.removeprefix("/files/"))
                assert version.document in seen, (name, path)
                assert page.headers["Content-Disposition"].startswith("attachment"), path
                assert "sandbox" in page.headers["Content-Security-Policy"], path
                assert page.headers["Content-Type"] == "application/octet-stream", path
                continue
            assert "Content-Disposition" not in page.headers, (name, path)
            assert not re.search(r"<a [^>]*\bdownload\b", page.text), (name, path)
            if path in (*SCREENS, "/log/"):
                assert 'type="checkbox"' not in _without_dialog(page.text), (name, path)
    streamed = {each for each, page in walks["belgian_coordinator"].pages.items() if page.streamed}
    assert len(streamed) == len(world.seen_by("belgian_coordinator"))
    _marks_only_ones_own(world)


@pytest.mark.parametrize("name", ["belgian_colleague", "dutch_colleague", "luxembourg_coordinator",
                                  "belgian_auditor", "belgian_leaver"])  # fmt: skip
def test_nobody_downloads_what_is_out_of_sight(world: World, name: str) -> None:
    """By any address of a document, by GET or by POST: as if it had never been."""
    client, seen = world.browser(name), world.seen_by(name)
    hidden = DocumentVersion.objects.exclude(document__dossier__reference__in=seen)
    assert hidden.count() > 5
    with time_machine.travel(timezone.now(), tick=False):
        _asks_for_all_of(hidden.select_related("document__dossier"), client)
    assert not LogRow.objects.filter(action="document.opened").exists()


def _asks_for_all_of(versions: Any, client: Client) -> None:
    never = f"/files/{uuid.uuid4()}"
    nothing = plain(client.get(never).content.decode()).replace(never, "?")
    for version in versions:
        document = version.document
        paths = (f"/files/{version.pk}", f"/documents/{document.pk}/",
                 f"/documents/{document.pk}/withdraw")  # fmt: skip
        for path in (*paths, f"/d/{document.dossier.reference}/documents"):
            for answer in (client.get(path), client.post(path, {"reason": "Let me in."})):
                assert answer.status_code == 404, path
                assert plain(answer.content.decode()).replace(path, "?") == nothing, path


def test_files_go_where_the_address_says_and_are_ones_own(world: World) -> None:
    """Naming another's file, or one sent for another dossier, adds nothing."""
    mine, other = world.dossiers["BE plain"], world.dossiers["BE late"]
    colleagues = steps.arrive(world.person("belgian_colleague"), mine)
    elsewhere = steps.arrive(world.person("belgian_officer"), other)
    foreign = steps.arrive(world.person("dutch_officer"), world.dossiers["NL plain"])
    client, before = world.browser("belgian_officer"), Document.objects.count()
    for upload in (colleagues, elsewhere, foreign):
        sent = {"uploads": str(upload.pk), "language": "en"}
        told_of_it = client.post(f"/d/{mine.reference}/documents", sent)
        assert told_of_it.status_code == 200
        never = client.post(f"/d/{mine.reference}/documents", sent | {"uploads": uuid.uuid4()})
        assert told(told_of_it, upload.pk)[0] == told(never)[0] == 200
        note = {"text": "x", "language": "en", "uploads": str(upload.pk)}
        assert client.post(f"/d/{mine.reference}/entries", note).status_code == 200
    for upload in (colleagues, foreign):
        assert client.get(f"/uploads/{upload.pk}/").status_code == 404
        assert client.delete(f"/uploads/{upload.pk}/").status_code == 404
    assert Document.objects.count() == before


def _marks_only_ones_own(world: World) -> None:
    hidden = _alert_about(world, world.dossiers["NL plain"], "belgian_colleague")
    others = Alert.objects.exclude(recipient=world.person("belgian_colleague").pk)
    unread = set(others.filter(read_at=None).values_list("pk", flat=True))
    assert unread
    own = Alert.objects.filter(recipient=world.person("belgian_colleague").pk).exclude(pk=hidden.pk)
    assert own.exists()
    forged = {"alerts": [str(each) for each in unread], "ids": [str(each) for each in unread]}
    assert world.browser("belgian_colleague").post("/alerts/read", forged).status_code == 302
    assert set(others.filter(read_at=None).values_list("pk", flat=True)) == unread
    assert Alert.objects.get(pk=hidden.pk).read_at is None
    assert not own.filter(read_at=None).exists()


def _without_dialog(text: str) -> str:
    """A page without the box about keys, which one can switch off there."""
    return re.sub(r"<dialog.*?</dialog>", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("moment", ["at once", "after the mandates have run out"])
def test_search_index_fenced_differently_from_the_list(moment: str, world: World) -> None:
    """Search index fenced differently from the list.

    For everybody the list, the search, the pages themselves, the list index, the search function
    and the table hold the same dossiers, also when a mandate has run out and nobody tidied up.
    """
    over: set[str] = set()
    if moment != "at once":
        for name in ("BE shared", "NL shared", "BE abroad"):
            mandate_runs_out(world.mandates[name])
        over = {"BE shared", "NL shared", "BE abroad"}
    for name, person in world.cast.people.items():
        sight = {
            world.dossiers[each].reference
            for each in SIGHT.get(name, ())
            if each not in over or each[:2] == person.country
        }
        ways = dict(_ways_to_find(world, name))
        assert all(found == sight for found in ways.values()), (name, ways, sight)


def _ways_to_find(world: World, name: str) -> Iterator[tuple[str, set[str]]]:
    person = world.person(name)
    yield "the table", _first(raw(person, "SELECT reference FROM cases_dossier"))
    yield (
        "the search function",
        _first(raw(person, "SELECT d.reference FROM cases_search(%s, 100) f JOIN cases_dossier d"
                   " ON d.id = f", [TITLE])),
    )  # fmt: skip
    for way, question, value in (
        ("the numbers", "cases_holding(%s, 100) f JOIN cases_dossier d ON d.id = f.dossier_id",
         ["CSQU3054383"]),
        ("the names", "cases_known(%s, '', 100) f JOIN cases_party p ON p.id = f.party_id"
         " JOIN cases_dossier d ON d.id = p.dossier_id", NAME),
        ("the beginnings of numbers", "cases_known('nobody', %s, 100) f JOIN cases_party p"
         " ON p.id = f.party_id JOIN cases_dossier d ON d.id = p.dossier_id", "CSQU305"),
        ("the foreign references", "cases_same_references(%s, 100) f JOIN cases_dossier d"
         " ON d.id = f", "SIENA 2026-4711"),
    ):  # fmt: skip
        rows = raw(person, f"SELECT d.reference FROM {question}", [value])
        yield way, _first(rows)
    numbers = raw(person, "SELECT dossier_id FROM cases_holding(%s, 100)", [["CSQU3054383"]])
    yield (
        "the keys of the numbers",
        {each.reference for each in world.dossiers.values() if each.pk in _first(numbers)},
    )
    keys = _first(raw(person, "SELECT cases_search(%s, 100)", [TITLE]))
    index = _first(raw(person, "SELECT dossier_id FROM cases_reader"))
    by_key = {each.pk: each.reference for each in world.dossiers.values()}
    yield "the keys of the search", {by_key[key] for key in keys}
    yield "the list index", {by_key[key] for key in index}
    if name not in ("belgian_colleague", "dutch_officer", "dutch_colleague"):
        return
    client = world.browser(name)
    client.secrets = ()  # the sets say it all
    yield "the list", _shown(client, "/dossiers/?status=any&scope=all")
    yield "the list, by words", _shown(client, f"/dossiers/?status=any&q={TITLE[:6]}")
    yield "the list, by filters", _shown(client, "/dossiers/?status=any&urgency=normal")
    yield "the page of the search", _shown(client, f"/search?q={TITLE}")
    yield (
        "the pages themselves",
        {
            each.reference
            for each in world.dossiers.values()
            if client.get(f"/d/{each.reference}/").status_code == 200
        },
    )


def _first(rows: Any) -> set[Any]:
    return {row[0] for row in rows}


def _shown(client: Client, path: str) -> set[str]:
    return set(re.findall(r'href="/d/([A-Z0-9-]+)/"', client.get(path).content.decode()))


def _packs_what_is_in_sight(world: World, name: str) -> None:
    """Every dossier in sight as a package; the others as if they had never been."""
    client, asked = world.browser(name), {"form": "package", "use": "work", "reason": "Mine."}
    every = {each.reference for each in world.dossiers.values()}
    for reference in every:
        answer = client.post(f"/d/{reference}/exports", asked)
        assert answer.status_code == (302 if reference in world.seen_by(name) else 404)
        if answer.status_code == 404:
            continue
        export = Export.objects.get(pk=answer["Location"].split("/")[2])
        assert steps.make_exports() == 1
        content = steps.fetch_export(world.person(name), export).decode(errors="ignore")
        assert reference in content
        for other in (every - {reference}) | set(world.hidden_from(name)):
            assert other not in content, (name, reference, other)
    mine = Export.objects.filter(person=world.person(name).pk)
    assert len(world.seen_by(name)) == mine.count() > 2
    for other in ("belgian_colleague", "belgian_headquarters", "dutch_officer"):
        if other != name:
            for export in mine:
                assert world.browser(other).get(f"/exports/{export.pk}/").status_code == 404
                path = f"/exports/{export.pk}/file"
                assert world.browser(other).post(path).status_code == 404


def _certifies_what_is_in_sight(world: World) -> None:
    """The certificate of a rotation: each who follows it has the lines of dossiers in sight."""
    as_owner("UPDATE cases_rotation SET state = 'done', ended_at = now()")
    for owner, follow in FOLLOW.items():
        path = f"/rotations/{world.rotations[owner].pk}/certificate"
        lines = {world.dossiers[f"{owner} {kind}"].reference for kind in ("plain", "confined")}
        for name in world.cast.people:
            if name not in follow:
                # A closed account is not signed in; for everybody else it does not exist.
                refused = 404 if world.person(name).is_active else 302
                assert world.browser(name).post(path).status_code == refused, (name, owner)
                continue
            page = world.browser(name).get(path).content.decode()
            for reference in lines:
                assert (reference in page) is (reference in world.seen_by(name)), (name, reference)
            assert world.browser(name).post(path).getvalue().startswith(b"%PDF-")


def test_report_builder_dashboard_widget_export(world: World, walks: dict[str, Walk]) -> None:
    """Report builder, dashboard widget, export.

    One dossier is exported, by who may see it, for himself: the package names no other dossier and
    nothing out of sight. The note of a handover is for who may see that, and of a rotation a
    certificate lists the dossiers in sight. Nothing else writes data out, and no page gives
    anything but itself, whatever format is asked for.
    """
    assert ways_of(REPORT) == {
        "address exports", "address export", "address export_file", "address handover_note",
        "template cases/export.html", "template cases/exports.html",
        "task cases.tasks.make_exports", "table cases.Export",
        "address rotation_certificate", "template cases/rotation_certificate.html",
    }  # fmt: skip
    _certifies_what_is_in_sight(world)
    _packs_what_is_in_sight(world, "belgian_officer")
    _packs_what_is_in_sight(world, "dutch_headquarters")
    client = world.browser("belgian_coordinator")
    notes = (world.offers["NL offered"].pk, uuid.uuid4())
    assert {client.post(f"/handovers/{each}/note").status_code for each in notes} == {404}
    with time_machine.travel(timezone.now(), tick=False):
        for path in ("/", "/dossiers/", "/search?q=reefer"):
            page = plain(client.get(path).content.decode())
            for accept in ("text/csv", "application/json", "application/pdf", "application/xml"):
                answer = client.get(path, headers={"Accept": accept})
                assert answer.headers["Content-Type"].startswith("text/html")
                assert plain(answer.content.decode()) == page
            for asked in ("format=csv", "export=1", "output=json", "as=xlsx"):
                answer = client.get(f"{path}{'&' if '?' in path else '?'}{asked}")
                assert answer.headers["Content-Type"].startswith("text/html")
                assert "Content-Disposition" not in answer.headers
    for path in ("/export", "/reports/", "/api/", "/dossiers.csv", "/dossiers/export", "/feed",
                 "/admin/", "/metrics", "/graphql", "/dashboard"):  # fmt: skip
        assert client.get(path).status_code == 404


@pytest.fixture
def mailbox(settings: Any) -> Iterator[MailCatcher]:
    """A real SMTP server."""
    with MailCatcher() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        yield server


@pytest.mark.parametrize("end", ["revoked", "run out", "withdrawn", "declined", "closed", "left"])
def test_mail_and_in_app_notices_after_access_ended(
    end: str, world: World, mailbox: MailCatcher
) -> None:
    """Mail and in-app notices after access ended.

    What was announced while there was access is dropped when the mail is made; the inbox shows it
    no more. What goes out says that access ended: the reference, and no link.
    """
    dutch, dossier = world.person("dutch_officer"), world.dossiers["BE waiting"]
    Delivery.objects.all().delete()
    steps.give(world.person("belgian_coordinator"), world.mandates["BE waiting"])
    assert Alert.objects.filter(recipient=dutch.pk, subject_id=dossier.pk).exists()
    _end_access(end, world)
    send_due()
    letters = [each for each in mailbox.messages if dutch.email in each.recipients]
    texts = [_text_of(each) for each in letters]
    assert all("Your access has ended" in each and "http" not in each for each in texts)
    assert not any(TITLE in each or WORDS["BE"] in each for each in map(_text_of, mailbox.messages))
    assert len(texts) == (0 if end in ("closed", "left", "declined") else 1)
    assert LogRow.objects.filter(action="alert.dropped", chain="BE").exists()
    inbox = world.browser("")
    inbox.force_login(dutch, backend="accounts.backends.EmailBackend")
    page = inbox.get("/alerts/").content.decode()
    assert f"/d/{dossier.reference}" not in page
    assert f"/handovers/{world.offers['BE waiting'].pk}" not in page
    assert "Offered to you" not in page


def _end_access(end: str, world: World) -> None:
    mandate, offer = world.mandates["BE waiting"], world.offers["BE waiting"]
    dutch = world.person("dutch_officer")
    if end == "revoked":
        steps.end(world.person("belgian_coordinator"), mandate)
    elif end == "run out":
        mandate_runs_out(mandate)
        assert steps.tidy_up() > 0
    elif end == "withdrawn":
        steps.withdraw(world.person("belgian_officer"), offer)
    elif end == "declined":
        steps.decline(dutch, offer)
    elif end == "closed":
        User.objects.filter(pk=dutch.pk).update(is_active=False)
    else:
        as_owner("UPDATE accounts_posting SET ends_at = now() WHERE person_id = %s", [dutch.pk])


def _text_of(letter: Any) -> str:
    parts = [part.get_content() for part in letter.message.walk() if not part.is_multipart()]
    return "\n".join([str(letter.message["Subject"]), *parts])


def test_audit_log_kept_at_old_visibility(world: World) -> None:
    """Audit log kept at old visibility.

    Of a Dutch officer's acts on a Belgian dossier the Dutch auditor reads person, time, kind and
    mandate, before and after the mandate ends: no reference, no words, however they were typed.
    The Belgian auditor reads the Belgian chain, and neither reads anything once the posting ends.
    """
    dutch, dossier = world.person("dutch_officer"), world.dossiers["BE abroad"]
    officer = world.browser("dutch_officer")
    officer.get(f"/d/{dossier.reference}/")
    officer.post(f"/d/{dossier.reference}/entries", {"text": WORDS["BE"], "language": "en"})
    typed = dossier.reference
    spaced = [typed, typed.lower(), typed.replace("-", " - "), f" {typed} ", " ".join(typed)]
    for words in spaced:
        assert officer.get("/search", {"q": words}).status_code == 302
    officer.get(f"/d/{world.dossiers['BE plain'].reference}/")
    for moment in ("now", "afterwards"):
        for auditor, owner in (("dutch_auditor", "NL"), ("belgian_auditor", "BE")):
            page = world.browser("").get  # no secrets: said here
            client = world.browser("")
            client.force_login(world.person(auditor), backend="accounts.backends.EmailBackend")
            del page
            log = client.get("/log/").content.decode()
            named = set(REFERENCE.findall(re.sub(r"\s", "", log)))
            assert all(each.startswith(owner) for each in named), (moment, auditor, named)
            assert not any(word in log for word in WORDS.values())
            assert dutch.name in log
            assert (dossier.reference in log) == (owner == "BE")
            assert world.mandates["BE abroad"].number in log
        if moment == "now":
            mandate_runs_out(world.mandates["BE abroad"])
            steps.tidy_up()
    rows = LogRow.objects.filter(chain="NL", actor=dutch.pk, action="entry.added")
    assert rows.exists()
    assert not rows.exclude(reference="", target="", target_id=None, facts={}, personal="").exists()
    for auditor in ("dutch_auditor", "belgian_auditor"):
        add_posting(world.cast, world.person(auditor), "officer", "BSB")  # works on dossiers now
    as_owner("UPDATE accounts_posting SET ends_at = now() WHERE role = 'auditor'")
    for auditor in ("dutch_auditor", "belgian_auditor", "luxembourg_auditor"):
        assert world.browser(auditor).get("/log/").status_code == 403
        assert raw(world.person(auditor), "SELECT count(*) FROM audit_logrow") == [(0,)]


def test_authorise_one_object_change_another(world: World) -> None:
    """Authorise one object, change another.

    What is changed is what the address names, whatever else the form names; and where the address
    names what one may not change, what the form names does not help.
    """
    officer = world.browser("belgian_officer")
    mine, other = world.dossiers["BE plain"], world.dossiers["BE late"]
    hidden = world.dossiers["NL plain"]
    for target in (other, hidden):
        names = ("reference", "id", "pk", "dossier", "dossier_id", "object_id", "target", "key")
        keys = {name: str(target.pk) for name in names} | {"reference": target.reference}
        officer.secrets = ()
        for path, form, values in _forms_of(officer, mine.reference):
            before = _rows_of(target)
            sent = keys | form | values
            query = "&".join(f"{name}={value}" for name, value in keys.items())
            with transaction.atomic():
                joint = "&" if "?" in path else "?"
                assert officer.post(f"{path}{joint}{query}", sent).status_code == 302, path
                assert _rows_of(target) == before, path
                assert _rows_of(mine) != before
                transaction.set_rollback(True)
    before = fingerprint(but=("cases_visit",))
    for path, form, values in list(_forms_of(officer, mine.reference)):
        elsewhere = path.replace(mine.reference, hidden.reference)
        sent = form | values | {"reference": mine.reference, "id": str(mine.pk)}
        assert officer.post(elsewhere, sent).status_code == 404
    viewer = world.browser("dutch_colleague")  # may view one, change none; of NL may write
    shared = world.dossiers["BE shared"].reference
    note = {"text": "x", "language": "en", "reference": world.dossiers["NL plain"].reference}
    assert viewer.post(f"/d/{shared}/entries", note).status_code == 403
    offer, asked = world.offers["NL offered"], world.mandates["NL waiting"]
    own_offer = {"action": "accept", "handover": str(world.offers["BE offered"].pk)}
    assert officer.post(f"/handovers/{offer.pk}/", own_offer).status_code == 404
    coordinator = world.browser("belgian_coordinator")
    own_mandate = {"action": "refuse", "refuse-reason": "x",
                   "mandate": str(world.mandates["BE waiting"].pk)}  # fmt: skip
    assert coordinator.post(f"/mandates/{asked.pk}/", own_mandate).status_code == 404
    assert fingerprint(but=("cases_visit",)) == before


def _forms_of(
    client: Client, reference: str
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    page = f"/d/{reference}/"
    yield f"{page}entries", {}, {"text": "Written here.", "language": "en"}
    yield f"{page}parties/", {}, {"numbers": NUMBER, "seen": NUMBER}
    added = {"name": "Written here", "numbers": "", "note": ""}
    yield f"{page}parties/add?sort=event", {}, added
    yield f"{page}change", filled(client.get(f"{page}change")), {"title": "Changed here"}
    wait = {"step": "wait:host_authority", "version": "1", "waiting_until": "2099-01-01T12:00"}
    yield f"{page}status", {}, wait
    yield f"{page}tasks/new", filled(client.get(f"{page}tasks/new")), {"title": "Do this here"}


def _rows_of(dossier: Dossier) -> Any:
    row = as_owner("SELECT d::text FROM cases_dossier d WHERE id = %s", [dossier.pk])
    entries = as_owner("SELECT e::text FROM cases_entry e WHERE dossier_id = %s ORDER BY id",
                       [dossier.pk])  # fmt: skip
    parties = as_owner("SELECT p::text FROM cases_party p WHERE dossier_id = %s ORDER BY id",
                       [dossier.pk])  # fmt: skip
    return row, entries, parties


REMEMBERED = {SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY}  # who, and by which password


def test_context_taken_from_the_session_not_from_the_url(
    world: World, walks: dict[str, Walk]
) -> None:
    """Context taken from the session, not from the URL.

    Two dossiers open in two tabs: what is written in the first goes to the first. The session says
    who one is and nothing else, whatever one has opened.
    """
    client = world.browser("belgian_officer")
    first, second = world.dossiers["BE plain"], world.dossiers["BE late"]
    tab = filled(client.get(f"/d/{first.reference}/change"), title="Of the first tab")
    for path in (f"/d/{second.reference}/", f"/d/{second.reference}/change", "/dossiers/?owner=BE",
                 f"/d/{second.reference}/hand-over", "/search?q=reefer"):  # fmt: skip
        client.get(path)
    assert client.post(f"/d/{first.reference}/change", tab).status_code == 302
    note = {"text": "Of the first tab.", "language": "en"}
    assert client.post(f"/d/{first.reference}/entries", note).status_code == 302
    assert Dossier.objects.get(pk=first.pk).title == "Of the first tab"
    assert Dossier.objects.get(pk=second.pk).title == TITLE
    assert Entry.objects.get(text="Of the first tab.").dossier_id == first.pk
    assert client.get(f"/d/{second.reference}/").context["head"].reference == second.reference
    for walked in walks.values():
        assert walked.session.keys() <= REMEMBERED
    assert set(client.session.keys()) == REMEMBERED
    two = world.person("belgian_elsewhere")
    add_posting(world.cast, two, "officer", "BOG")
    both = Client()
    both.force_login(two, backend="accounts.backends.EmailBackend")
    assert both.get(f"/d/{first.reference}/").status_code == 200  # by any posting valid now
    assert both.get("/dossiers/?desk=BSB").status_code == 200
    assert both.get(f"/d/{first.reference}/").status_code == 200


def test_empty_list_null_or_missing_owner_means_everyone(world: World) -> None:
    """Empty list / NULL / missing owner means "everyone".

    Nothing empty opens anything: no grants, no readers, no handler, no principals, no country, no
    filter; a dossier without an owner cannot be.
    """
    bare = DossierFactory(owner="BE", grants=False, handler=None, title=TITLE)
    assert bare.readers == []
    for name in world.cast.people:
        person = world.person(name)
        assert not raw(person, "SELECT 1 FROM cases_dossier WHERE id = %s", [bare.pk]), name
        with as_person(person):
            assert not Dossier.objects.visible_to(person).filter(pk=bare.pk).exists(), name
        assert bare.pk not in _first(raw(person, "SELECT cases_search(%s, 100)", [TITLE])), name
    for empty in ("NULL", "''"):
        with pytest.raises(DatabaseError), transaction.atomic():
            as_owner(f"UPDATE cases_dossier SET owner = {empty} WHERE id = %s", [bare.pk])
    officer = world.person("belgian_officer")
    for lie in (("principals", ""), ("principals", "{}"), ("principals", "{NULL}"), ("country", ""),
                ("user_id", "")):  # fmt: skip
        assert _lying(officer, *lie) in ([], [(0,)]), lie
    as_owner("UPDATE cases_dossier SET handler_id = NULL WHERE owner = 'NL'")
    assert not world.browser("belgian_leaver").get("/dossiers/?handler=nobody").context["page"].rows
    seen = world.seen_by("belgian_officer")
    client = world.browser("belgian_officer")
    for query in ("owner=&status=any&desk=&handler=&scope=", "handler=nobody&status=any", "owner="):
        assert _shown(client, f"/dossiers/?{query}") <= seen
    assert _shown(client, "/search?q=") == set()
    _standing_for_no_kind_in_particular(world)


def _lying(person: User, name: str, value: str) -> Any:
    with as_person(person), transaction.atomic():
        raw_rows = as_owner("SELECT set_config(%s, %s, true)", [f"lodesk.{name}", value])
        assert raw_rows
        return as_owner("SELECT count(*) FROM cases_dossier WHERE owner <> 'BE'")


def _standing_for_no_kind_in_particular(world: World) -> None:
    """A standing mandate that names no kind is for every kind, of its owner and desk only."""
    viewer = world.person("dutch_uncertified")
    mandate = MandateFactory(owner="BE", desk="BSB", receiver=viewer, kinds=[])
    for kind in Kind.values:
        for owner, desk, wanted in (
            ("BE", "BSB", True),
            ("BE", "BOG", False),
            ("LU", "BSB", False),
        ):
            found = as_owner(
                "SELECT cases_standing_mandate(%s, %s, %s, %s)",
                [viewer.pk, owner, world.cast.desks[desk].pk, kind],
            )
            assert (found == [(mandate.pk,)]) == wanted
    assert not raw(viewer, "SELECT 1 FROM cases_dossier WHERE owner = 'BE'")


def test_only_one_group_configured(world: World) -> None:
    """Only one group configured → rights ignored.

    With a single national group that has people, or a single grant in the whole database, who is in
    it sees what it holds, and everybody else nothing.
    """
    groups = [world.cast.team("BE"), world.cast.team("NL"), world.cast.headquarters("NL"),
              world.cast.headquarters("LU")]  # fmt: skip
    for only in groups:
        with transaction.atomic():
            as_owner("DELETE FROM accounts_posting WHERE group_id <> %s", [only.pk])
            as_owner("DELETE FROM cases_dossieruserpermission")
            _sees_by(world, only.pk)
            as_owner("DELETE FROM cases_dossiergrouppermission WHERE group_id <> %s", [only.pk])
            _sees_by(world, only.pk)
            as_owner("DELETE FROM cases_dossiergrouppermission")
            for person in world.cast.people.values():
                assert raw(person, "SELECT count(*) FROM cases_dossier") == [(0,)]
            transaction.set_rollback(True)


def _sees_by(world: World, group: int) -> None:
    members = _first(as_owner(
        "SELECT p.person_id FROM accounts_posting p JOIN accounts_user u"
        " ON u.person_ptr_id = p.person_id WHERE p.group_id = %s AND u.is_active"
        " AND p.starts_at <= now() AND (p.ends_at IS NULL OR p.ends_at > now())", [group],
    ))  # fmt: skip
    held = _first(as_owner(
        "SELECT DISTINCT content_object_id FROM cases_dossiergrouppermission WHERE group_id = %s",
        [group],
    ))  # fmt: skip
    assert members
    assert held
    for person in world.cast.people.values():
        seen = _first(raw(person, "SELECT id FROM cases_dossier"))
        assert seen == (held if person.pk in members else set()), person.name
        with as_person(person):
            mine = Dossier.objects.visible_to(person).values_list("pk", flat=True)
            assert set(mine) == seen, person.name


def test_assigning_someone_grants_them_access_silently(world: World, mailbox: MailCatcher) -> None:
    """Assigning someone grants them access silently.

    Naming somebody gives nothing by itself: as handler, opener, author, giver, addressee of an
    offer that waits, receiver of a mandate that is asked, for a task, in a project. Where naming
    does give access (opening for a handler, an offer, an acceptance) it is told, logged, kept as
    history and shown.
    """
    dutch, dossier = world.person("dutch_head"), world.dossiers["BE plain"]
    with without_rules("cases_dossier"):
        Dossier.objects.filter(pk=dossier.pk).update(handler=dutch.pk, opened_by=dutch.pk)
    EntryFactory(dossier=dossier, author=dutch)
    MandateFactory(dossier=dossier, receiver=dutch, state="asked")
    MandateFactory(dossier=dossier, receiver=dutch)  # given, and no grant under it
    with without_rules("cases_task"):  # who cannot add to it is given no task by any other way
        TaskFactory(dossier=dossier, assignee=dutch)
    project_of(world.person("belgian_head"), dutch, dossiers=[dossier])
    assert Dossier.objects.get(pk=dossier.pk).handler_id == dutch.pk
    assert not raw(dutch, "SELECT 1 FROM cases_dossier WHERE id = %s", [dossier.pk])
    page = world.browser("")
    page.force_login(dutch, backend="accounts.backends.EmailBackend")
    assert page.get(f"/d/{dossier.reference}/").status_code == 404
    waiting = world.dossiers["BE waiting"]
    addressee = world.person("dutch_officer")
    assert not raw(addressee, "SELECT 1 FROM cases_dossier WHERE id = %s", [waiting.pk])
    _openly(world, mailbox)


def _openly(world: World, mailbox: MailCatcher) -> None:
    coordinator, colleague = world.person("belgian_coordinator"), world.person("belgian_colleague")
    Delivery.objects.all().delete()
    opened = steps.open_dossier(
        coordinator, world.cast.desks["BOG"], handler=colleague.person_ptr, confined=True
    )
    officer = world.person("belgian_officer")
    offered = steps.offer(colleague, opened, officer.person_ptr)
    history = GrantHistory.objects.filter(dossier=opened)
    assert set(history.filter(person=colleague.pk).values_list("level", "granted_by")) == {
        (level, coordinator.pk) for level in ("view", "contribute", "handle")
    }
    assert set(history.filter(person=officer.pk).values_list("level", "handover")) == {
        ("view", offered.pk)
    }
    send_due()
    told_to = {address for each in mailbox.messages for address in each.recipients}
    assert {colleague.email, officer.email} <= told_to
    acts = LogRow.objects.filter(reference=opened.reference).values_list("action", flat=True)
    assert {"dossier.opened", "handover.offered"} <= set(acts)
    page = world.browser("belgian_coordinator").get(f"/d/{opened.reference}/access")
    assert {colleague.name, officer.name} <= set(
        re.findall(r"[A-Z]\. [A-Z]\w+", page.content.decode())
    )


def test_per_language_copy_of_the_rights(world: World) -> None:
    """Per-language copy of the rights.

    There is one set of rights: no table or column of them has a language, and in each of the four
    languages, chosen in the account, by cookie or by header, one sees and may the same.
    """
    columns = as_owner(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND (column_name ~ 'lang|locale|translat' OR column_name ~ '_(en|nl|fr|de)$')"
    )
    texts = {
        "accounts_user", "cases_contact", "cases_document", "cases_dossier", "cases_entry",
        "cases_export", "cases_template", "cases_translation",
    }  # fmt: skip
    assert _first(columns) == texts
    addresses = [
        f"/d/{world.dossiers[name].reference}/{part}"
        for name in ("NL plain", "BE confined", "BE plain", "NL shared")
        for part in ("", "change")
    ]
    found = [_in_language(world, code, addresses) for code, _label in settings.LANGUAGES]
    assert all(each == found[0] for each in found)
    assert found[0][0] == [404, 404, 404, 404, 200, 403, 200, 403]
    assert found[0][1] == world.seen_by("belgian_colleague")


def _in_language(world: World, code: str, addresses: list[str]) -> tuple[Any, ...]:
    """What a Belgian colleague, who sees one Dutch dossier too, gets in this language."""
    client = world.browser("belgian_colleague", headers={"Accept-Language": code})
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = code
    client.post("/language", {"language": code})
    statuses = [client.get(path) for path in addresses]
    assert f'<html lang="{code}"' in statuses[4].content.decode()
    return (
        [each.status_code for each in statuses],
        _shown(client, "/dossiers/?status=any"),
        _shown(client, f"/search?q={TITLE}"),
        raw(world.person("belgian_colleague"), "SELECT id FROM cases_dossier ORDER BY 1"),
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("world", ["none"], indirect=True)
def test_create_first_restrict_later(world: None) -> None:
    """Create first, restrict later.

    A new dossier is never seen by more people than in the end: nobody sees it before it is
    committed, and from that moment exactly those who may; a confined one never by the team. What
    fails half-way is nobody's.
    """
    cast = make_cast()
    opener, colleague = cast.belgian_officer, cast.belgian_colleague
    values = {"title": TITLE, "desk": cast.desks["BOG"], "owner": "BE", "confined": True}
    with At(opener) as one, At(colleague) as other, At(cast.dutch_officer) as abroad:
        made = one.does(_opened, opener, handler=opener.person_ptr, **values)
        assert made.confined
        looked = [person.runs("SELECT count(*) FROM cases_dossier") for person in (other, abroad)]
        assert looked == [[(0,)], [(0,)]]
        assert Alert.objects.count() == 0
        one.commits()
    for person in (colleague, cast.belgian_head, cast.dutch_officer, cast.dutch_headquarters):
        assert raw(person, "SELECT count(*) FROM cases_dossier") == [(0,)]
    for person in (opener, cast.belgian_headquarters, cast.belgian_coordinator):
        assert raw(person, "SELECT count(*) FROM cases_dossier") == [(1,)]
    history = GrantHistory.objects.all()
    assert not history.exclude(ended_at=None).exists()  # nothing was ever given and taken back
    assert len(set(history.values_list("granted_at", flat=True))) == 1
    with pytest.raises(ZeroDivisionError):
        _opened_and_broken(opener, **values | {"confined": False})
    assert Dossier.objects.count() == 1
    _without_first_grants(cast)


def _opened(by: User, **values: Any) -> Dossier:
    desk = values.pop("desk")
    return steps.open_dossier(by, desk, **values)


def _opened_and_broken(by: User, **values: Any) -> None:
    with as_person(by):
        _opened(by, **values)
        raise ZeroDivisionError


def _without_first_grants(cast: Cast) -> None:
    """What was inserted and got no grants is seen by who inserted it, and by nobody else."""
    with as_person(cast.belgian_officer):
        Dossier.objects.create(
            owner="BE", desk=cast.desks["BOG"], title="Half-way", kind="other", host_country="CO",
            purpose="investigation", legal_basis="x", received_at=timezone.now(),
            opened_by_id=cast.belgian_officer.pk,
        )  # fmt: skip
    half = "SELECT count(*) FROM cases_dossier WHERE title = 'Half-way'"
    seen = {name for name, person in cast.people.items() if raw(person, half) == [(1,)]}
    assert seen == {"belgian_officer"}


# Every row has its test -------------------------------------------------------------------

TESTS = (
    "test_similar_related_merge_suggestions",
    "test_sidebar_other_cases_of_this_person",
    "test_activity_feed_live_stream",
    "test_counts_facets_badges",
    "test_nested_or_related_object_in_a_form_api_body_or_filter",
    "test_tags_comments_links_as_a_side_door",
    "test_bulk_and_download_endpoints",
    "test_search_index_fenced_differently_from_the_list",
    "test_report_builder_dashboard_widget_export",
    "test_mail_and_in_app_notices_after_access_ended",
    "test_audit_log_kept_at_old_visibility",
    "test_authorise_one_object_change_another",
    "test_context_taken_from_the_session_not_from_the_url",
    "test_empty_list_null_or_missing_owner_means_everyone",
    "test_only_one_group_configured",
    "test_assigning_someone_grants_them_access_silently",
    "test_per_language_copy_of_the_rights",
    "test_create_first_restrict_later",
)


def test_every_row_of_the_catalogue_has_its_test() -> None:
    """In its order, with its words, and with something to say."""
    tree = ast.parse(Path(__file__).read_text())
    written = {each.name: each for each in tree.body if isinstance(each, ast.FunctionDef)}
    in_order = [name for name in written if name in TESTS]
    assert in_order == list(TESTS)
    assert len(TESTS) == len(CATALOGUE)
    for name, row in zip(TESTS, CATALOGUE, strict=True):
        assert (ast.get_docstring(written[name]) or "").startswith(row), name
        asserts = [each for each in ast.walk(written[name]) if isinstance(each, ast.Assert)]
        assert asserts, name
    absent = {row for row in CATALOGUE if not ways_of(row)}
    assert absent == {ONE_GROUP}
