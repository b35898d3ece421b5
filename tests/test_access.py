"""The access matrix: every URL, asked by every kind of person, by GET and by POST.

A URL without a row fails. What one may not see is 404 with one and the same page; visible but not
allowed is 403; a POST here is empty, so 200 means "allowed, and the form says what is missing".
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import pytest_django
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import User
from tests import steps
from tests.browsers import HouseClient
from tests.factories import (
    Cast,
    ClockFactory,
    ContactFactory,
    DocumentFactory,
    DossierFactory,
    EntryFactory,
    LinkFactory,
    MandateFactory,
    PartyFactory,
    SavedViewFactory,
    StandInFactory,
    TaskFactory,
    TemplateFactory,
    grant,
    project_of,
    rotation_of,
    shared_cast,
)

pytestmark = pytest.mark.django_db

# The columns, in this order. The dossier is Belgian, at Bogotá, handled by belgian_officer.
PEOPLE = {
    "nobody": None,
    "handler": "belgian_officer",
    "team": "belgian_colleague",
    "elsewhere": "belgian_elsewhere",
    "hq": "belgian_headquarters",
    "coord": "belgian_coordinator",
    "auditor": "belgian_auditor",
    "admin": "belgian_administrator",
    "viewer": "dutch_colleague",  # may view it under a mandate
    "dutch": "dutch_officer",
    "dutch_hq": "dutch_headquarters",
    "lux": "luxembourg_headquarters",
    "leaver": "belgian_leaver",
    "early": "belgian_newcomer",
    "closed": "belgian_closed",
}

MATRIX = """
#                    -   han tea els hq  coo aud adm vie dut dhq lux lea ear clo
worklist         get  302 200 200 200 200 200 302 302 200 200 200 200 302 302 302
worklist         post 302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
dossiers         get  302 200 200 200 200 200 200 200 200 200 200 200 200 200 302
dossiers         post 302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
dossier_new      get  302 200 200 200 200 200 403 403 200 200 200 200 403 403 302
dossier_new      post 302 200 200 200 200 200 403 403 200 200 200 200 403 403 302
dossier          get  302 200 200 404 200 200 404 404 200 404 404 404 404 404 302
dossier          post 302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
dossier_change   get  302 200 403 404 200 200 404 404 403 404 404 404 404 404 302
dossier_change   post 302 200 403 404 200 200 404 404 403 404 404 404 404 404 302
dossier_status   get  302 200 403 404 200 200 404 404 403 404 404 404 404 404 302
dossier_status   post 302 200 403 404 200 200 404 404 403 404 404 404 404 404 302
entry_add        get  302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
entry_add        post 302 200 200 404 200 200 404 404 403 404 404 404 404 404 302
entry            get  302 200 200 404 200 200 404 404 200 404 404 404 404 404 302
entry            post 302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
entry_correct    get  302 200 200 404 200 200 404 404 403 404 404 404 404 404 302
entry_correct    post 302 200 200 404 200 200 404 404 403 404 404 404 404 404 302
entry_translate  get  302 200 200 404 200 200 404 404 403 404 404 404 404 404 302
entry_translate  post 302 200 200 404 200 200 404 404 403 404 404 404 404 404 302
mail             get  302 200 200 404 200 200 404 404 403 404 404 404 404 404 302
mail             post 302 200 200 404 200 200 404 404 403 404 404 404 404 404 302
draft            get  302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
draft            post 302 400 400 404 400 400 404 404 403 404 404 404 404 404 302
parties          get  302 200 200 404 200 200 404 404 200 404 404 404 404 404 302
parties          post 302 200 200 404 200 200 404 404 403 404 404 404 404 404 302
party_add        get  302 200 200 404 200 200 404 404 403 404 404 404 404 404 302
party_add        post 302 200 200 404 200 200 404 404 403 404 404 404 404 404 302
party            get  302 200 200 404 200 200 404 404 200 404 404 404 404 404 302
party            post 302 400 400 404 400 400 404 404 400 404 404 404 404 404 302
party_correct    get  302 200 200 404 200 200 404 404 403 404 404 404 404 404 302
party_correct    post 302 200 200 404 200 200 404 404 403 404 404 404 404 404 302
hand_over        get  302 200 403 404 200 200 404 404 403 404 404 404 404 404 302
hand_over        post 302 200 403 404 200 200 404 404 403 404 404 404 404 404 302
dossier_take     get  302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
dossier_take     post 302 403 403 404 403 403 404 404 403 404 404 404 404 404 302
dossier_reassign get  302 403 403 404 403 403 404 404 403 404 404 404 404 404 302
dossier_reassign post 302 403 403 404 403 403 404 404 403 404 404 404 404 404 302
deadlines        get  302 200 200 404 200 200 404 404 200 404 404 404 404 404 302
deadlines        post 302 200 200 404 200 200 404 404 403 404 404 404 404 404 302
deadline         get  302 200 200 404 200 200 404 404 200 404 404 404 404 404 302
deadline         post 302 400 400 404 400 400 404 404 400 404 404 404 404 404 302
who_can_see      get  302 200 200 404 200 200 404 404 200 404 404 404 404 404 302
who_can_see      post 302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
told             get  302 200 200 404 200 200 404 404 200 404 404 404 404 404 302
told             post 302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
documents        get  302 200 200 404 200 200 404 404 200 404 404 404 404 404 302
documents        post 302 200 200 404 200 200 404 404 403 404 404 404 404 404 302
upload_begin     get  302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
upload_begin     post 302 422 422 404 422 422 404 404 403 404 404 404 404 404 302
upload           get  302 200 404 404 404 404 404 404 404 404 404 404 404 404 302
upload           post 302 400 404 404 404 404 404 404 404 404 404 404 404 404 302
exports          get  302 200 200 404 200 200 404 404 200 404 404 404 404 404 302
exports          post 302 200 200 404 200 200 404 404 200 404 404 404 404 404 302
export           get  302 200 404 404 404 404 404 404 404 404 404 404 404 404 302
export           post 302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
export_file      get  302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
export_file      post 302 302 404 404 404 404 404 404 404 404 404 404 404 404 302
document         get  302 200 200 404 200 200 404 404 200 404 404 404 404 404 302
document         post 302 200 200 404 200 200 404 404 403 404 404 404 404 404 302
document_withdraw get 302 200 403 404 200 200 404 404 403 404 404 404 404 404 302
document_withdraw post 302 200 403 404 200 200 404 404 403 404 404 404 404 404 302
document_file    get  302 200 200 404 200 200 404 404 200 404 404 404 404 404 302
document_file    post 302 200 200 404 200 200 404 404 200 404 404 404 404 404 302
handovers        get  302 200 200 200 200 200 200 200 200 200 200 200 200 200 302
handovers        post 302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
handover         get  302 200 200 404 200 200 404 404 404 404 404 404 404 404 302
handover         post 302 400 400 404 400 400 404 404 404 404 404 404 404 404 302
handover_note    get  302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
handover_note    post 302 200 200 404 200 200 404 404 404 404 404 404 404 404 302
rotations        get  302 200 200 200 200 200 200 200 200 200 200 200 200 200 302
rotations        post 302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
rotation_new     get  302 200 200 200 403 403 403 403 200 200 403 403 403 403 302
rotation_new     post 302 200 200 200 403 403 403 403 200 200 403 403 403 403 302
rotation         get  302 200 404 404 200 200 404 404 404 404 404 404 404 404 302
rotation         post 302 400 404 404 400 400 404 404 404 404 404 404 404 404 302
rotation_certificate get 302 200 404 404 200 200 404 404 404 404 404 404 404 404 302
rotation_certificate post 302 200 404 404 200 200 404 404 404 404 404 404 404 404 302
duty             get  302 200 200 200 200 200 200 200 200 200 200 200 200 200 302
duty             post 302 403 403 403 403 400 403 403 403 403 403 403 403 403 302
mandate          get  302 200 200 404 200 200 404 404 404 404 404 404 404 404 302
mandate          post 302 400 400 404 400 400 404 404 404 404 404 404 404 404 302
absences         get  302 200 200 200 200 200 200 200 200 200 200 200 403 403 302
absences         post 302 200 200 200 200 200 200 200 200 200 200 200 403 403 302
standin          get  302 200 200 404 200 200 404 404 404 404 404 404 403 403 302
standin          post 302 400 403 404 403 403 404 404 404 404 404 404 403 403 302
task_new         get  302 200 200 404 200 200 404 404 403 404 404 404 404 404 302
task_new         post 302 200 200 404 200 200 404 404 403 404 404 404 404 404 302
task             get  302 200 200 404 200 200 404 404 200 404 404 404 404 404 302
task             post 302 400 400 404 400 400 404 404 403 404 404 404 404 404 302
links            get  302 200 200 404 200 200 404 404 200 404 404 404 404 404 302
links            post 302 200 200 404 200 200 404 404 403 404 404 404 404 404 302
link             get  302 200 200 404 200 200 404 404 404 404 404 404 404 404 302
link             post 302 200 200 404 200 200 404 404 404 404 404 404 404 404 302
projects         get  302 200 200 200 200 200 200 200 200 200 200 200 200 200 302
projects         post 302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
project_new      get  302 403 403 403 200 200 403 403 403 403 200 200 403 403 302
project_new      post 302 403 403 403 200 200 403 403 403 403 200 200 403 403 302
project          get  302 200 404 404 200 404 404 404 200 404 404 404 404 404 302
project          post 302 400 404 404 400 404 404 404 400 404 404 404 404 404 302
templates        get  302 403 403 403 403 200 403 403 403 403 403 403 403 403 302
templates        post 302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
template_new     get  302 403 403 403 403 200 403 403 403 403 403 403 403 403 302
template_new     post 302 403 403 403 403 200 403 403 403 403 403 403 403 403 302
template         get  302 403 403 403 403 200 403 403 403 403 403 403 403 403 302
template         post 302 403 403 403 403 200 403 403 403 403 403 403 403 403 302
saved_views      get  302 200 200 200 200 200 403 403 200 200 200 200 403 403 302
saved_views      post 302 200 200 200 200 200 403 403 200 200 200 200 403 403 302
saved_view       get  302 200 404 404 404 404 403 403 404 404 404 404 403 403 302
saved_view       post 302 400 404 404 404 404 403 403 404 404 404 404 403 403 302
contacts         get  302 200 200 200 200 200 200 200 200 200 200 200 200 200 302
contacts         post 302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
contact_new      get  302 200 200 200 403 403 403 403 200 200 403 200 403 403 302
contact_new      post 302 200 200 200 403 403 403 403 200 200 403 200 403 403 302
contacts_hand_over get 302 200 403 403 403 403 403 403 403 403 403 403 403 403 302
contacts_hand_over post 302 200 403 403 403 403 403 403 403 403 403 403 403 403 302
contact          get  302 200 200 404 200 200 404 404 404 404 404 404 404 404 302
contact          post 302 400 400 404 400 400 404 404 404 404 404 404 404 404 302
contact_change   get  302 200 200 404 403 403 404 404 404 404 404 404 404 404 302
contact_change   post 302 200 200 404 403 403 404 404 404 404 404 404 404 404 302
search           get  302 200 200 200 200 200 200 200 200 200 200 200 200 200 302
search           post 302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
known            get  302 200 200 200 200 200 200 200 200 200 200 200 200 200 302
known            post 302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
help             get  302 200 200 200 200 200 200 200 200 200 200 200 200 200 302
help             post 302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
log              get  302 403 403 403 403 403 200 403 403 403 403 403 403 403 302
log              post 302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
profile          get  302 200 200 200 200 200 200 200 200 200 200 200 200 200 302
profile          post 302 200 200 200 200 200 200 200 200 200 200 200 200 200 302
mail_preferences get  302 200 200 200 200 200 200 200 200 200 200 200 200 200 302
mail_preferences post 302 200 200 200 200 200 200 200 200 200 200 200 200 200 302
set_language     get  405 405 405 405 405 405 405 405 405 405 405 405 405 405 405
set_language     post 400 400 400 400 400 400 400 400 400 400 400 400 400 400 400
inbox            get  302 200 200 200 200 200 200 200 200 200 200 200 200 200 302
inbox            post 302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
alerts_unread    get  302 200 200 200 200 200 200 200 200 200 200 200 200 200 302
alerts_unread    post 302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
alerts_read      get  302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
alerts_read      post 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302
mail_failures    get  302 403 403 403 403 403 403 200 403 403 403 403 403 403 302
mail_failures    post 302 405 405 405 405 405 405 405 405 405 405 405 405 405 302
account_login    get  200 302 302 302 302 302 302 302 302 302 302 302 302 302 200
account_login    post 200 302 302 302 302 302 302 302 302 302 302 302 302 302 200
healthz          get  200 200 200 200 200 200 200 200 200 200 200 200 200 200 200
healthz          post 405 405 405 405 405 405 405 405 405 405 405 405 405 405 405
account_logout   get  302 200 200 200 200 200 200 200 200 200 200 200 200 200 302
"""


def rows_of(text: str) -> dict[tuple[str, str], dict[str, int]]:
    """The matrix as (name, verb) -> column -> status."""
    lines = [line.split() for line in text.strip().splitlines() if not line.startswith("#")]
    return {
        (name, verb): dict(zip(PEOPLE, map(int, found), strict=True))
        for name, verb, *found in lines
    }


def rows() -> dict[tuple[str, str], dict[str, int]]:
    """The whole matrix."""
    return rows_of(MATRIX)


@dataclass(frozen=True)
class World:
    """The dossiers and papers the matrix asks for."""

    paths: dict[str, str]


cast = pytest.fixture(shared_cast, scope="module")


@pytest.fixture(scope="module")
def world(cast: Cast, django_db_blocker: pytest_django.DjangoDbBlocker) -> World:
    """A Belgian dossier a Dutch colleague may view; an offer at home; a mandate that is asked."""
    with django_db_blocker.unblock():
        return _world(cast)


def _world(cast: Cast) -> World:
    held = DossierFactory(owner="BE", handler=cast.belgian_officer)
    mandate = MandateFactory(dossier=held, receiver=cast.dutch_colleague, level="view")
    grant(held, cast.dutch_colleague, "view", mandate)
    offered = steps.offer(
        cast.belgian_officer,
        DossierFactory(owner="BE", handler=cast.belgian_officer),
        cast.belgian_colleague,
    )
    asked = steps.offer(
        cast.belgian_officer,
        DossierFactory(owner="BE", handler=cast.belgian_officer),
        cast.dutch_officer,
    )
    document = DocumentFactory(dossier=held)
    other = DossierFactory(owner="BE", handler=cast.belgian_officer)
    project = project_of(cast.belgian_headquarters, cast.belgian_officer, cast.dutch_colleague)
    over = {"state": "done", "ended_at": timezone.now()}
    return World(
        {
            "task": str(TaskFactory(dossier=held).pk),
            "link": str(LinkFactory(source=held, target=other).pk),
            "project": str(project.pk),
            "rotation": str(rotation_of(cast.belgian_officer, other, **over).pk),
            "standin": str(
                StandInFactory(
                    absent=cast.belgian_officer, stand_in=cast.belgian_colleague, planned=True
                ).pk
            ),
            "saved_view": str(SavedViewFactory(person=cast.belgian_officer).pk),
            "template": str(TemplateFactory().pk),
            "contact": str(ContactFactory(keeper=cast.belgian_officer).pk),
            "reference": held.reference,
            "entry": str(EntryFactory(dossier=held).pk),
            "party": str(PartyFactory(dossier=held, numbers=["CSQU 305438 3"]).pk),
            "clock": str(ClockFactory(dossier=held, rule="8h").pk),
            "handover": str(offered.pk),
            "mandate": str(steps.mandate_of(asked).pk),
            "document": str(document.pk),
            "version": str(document.versions.get().pk),
            "export": str(steps.ask_export(cast.belgian_officer, held).pk),
            "upload": str(steps.begin(cast.belgian_officer, held).pk),
        }
    )


def test_every_url_has_a_row_for_both_verbs() -> None:
    wanted = {(name, verb) for name, _arguments in named_urls() for verb in ("get", "post")}
    wanted.discard(("account_logout", "post"))  # ends the session: its own test below
    assert set(rows()) == wanted


@pytest.mark.parametrize("name", sorted({name for name, _verb in rows_of(MATRIX)}))
def test_everybody_gets_the_answer_the_matrix_says(
    name: str, world: World, cast: Cast, client_of: Callable[[User | None], HouseClient]
) -> None:
    arguments = dict(named_urls())[name]
    path = reverse(name, kwargs={each: world.paths[each] for each in arguments})
    wrong = []
    for column, who in PEOPLE.items():
        client = client_of(getattr(cast, who) if who else None)
        for verb in ("get", "post"):
            expected = rows().get((name, verb), {}).get(column)
            if expected is None:
                continue
            got = getattr(client, verb)(path).status_code
            if got != expected:
                wrong.append(f"{verb} {path} as {column}: {got}, not {expected}")
    assert not wrong, "\n".join(wrong)


def test_what_is_invisible_looks_like_what_does_not_exist(
    world: World, cast: Cast, client_of: Callable[[User | None], HouseClient]
) -> None:
    client = client_of(cast.dutch_officer)
    there = client.get(f"/d/{world.paths['reference']}/")
    not_there = client.get("/d/BE-BOG-1999-00001/")
    assert there.status_code == not_there.status_code == 404
    assert _masked(there) == _masked(not_there)


def test_signing_out_ends_the_session(
    cast: Cast, client_of: Callable[[User | None], HouseClient]
) -> None:
    client = client_of(cast.belgian_officer)
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/").status_code == 302


def _masked(response: HttpResponse) -> str:
    """The page without what differs in any two answers: its address, and the token of its forms."""
    text = response.content.decode().replace(response.request["PATH_INFO"], "")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


def named_urls(resolver: URLResolver | None = None) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every address of the site by name, with the arguments it takes."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from named_urls(pattern)
        elif isinstance(pattern, URLPattern):
            yield str(pattern.name), tuple(pattern.pattern.converters)
