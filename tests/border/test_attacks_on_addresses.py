"""Attacks by the address: references bent until they might fit, keys of others, forged cursors.

What is not exactly the address of something in sight does not exist, is logged, and tells nothing.
"""

import re
from collections.abc import Callable
from urllib.parse import quote, unquote

import pytest
from django.urls import reverse

from accounts.models import User
from cases.models import Dossier
from lodesk import audit
from lodesk.alerts.models import Alert
from tests.border.attacks import (
    SECRET,
    Browse,
    Stage,
    arranged,
    browsers,
    fingerprint,
    refusals_of,
)
from tests.factories import DossierFactory, EntryFactory, as_person, without_rules
from tests.test_access import named_urls

pytestmark = pytest.mark.django_db
stage = pytest.fixture(arranged, scope="module")
client_of = pytest.fixture(browsers)

Bent = Callable[[str], str]
LOOK_ALIKES = str.maketrans("BENLOG0123456789", "ВЕΝＬОＧ０１２３４５６７８９")
BENT: dict[str, Bent] = {
    "small letters": str.lower,
    "mixed letters": str.title,
    "look-alike letters": lambda ref: quote(ref.translate(LOOK_ALIKES)),
    "full-width digits": lambda ref: quote(re.sub(r"\d", lambda d: chr(ord(d[0]) + 0xFEE0), ref)),
    "arabic digits": lambda ref: quote(re.sub(r"\d", lambda d: chr(ord(d[0]) + 0x630), ref)),
    "another dash": lambda ref: quote(ref.replace("-", "‐")),
    "no dash": lambda ref: ref.replace("-", ""),
    "underscores": lambda ref: ref.replace("-", "_"),
    "a zero more": lambda ref: re.sub(r"(\d+)$", r"0\1", ref),
    "a zero less": lambda ref: re.sub(r"-0(\d+)$", r"-\1", ref),
    "a digit more": lambda ref: f"{ref}0",
    "a space after": lambda ref: f"{ref}%20",
    "a space before": lambda ref: f"%20{ref}",
    "a line break after": lambda ref: f"{ref}%0A",
    "nothing, but invisible": lambda ref: f"{ref}%E2%80%8B",
    "a zero byte": lambda ref: f"{ref}%00",
    "a wildcard": lambda ref: f"{ref[:-1]}%25",
    "an underscore as wildcard": lambda ref: f"{ref[:-1]}_",
    "encoded twice": lambda ref: ref.replace("-", "%252D"),
    "a semicolon": lambda ref: f"{ref};x=1",
    "a file type": lambda ref: f"{ref}.json",
    "two steps up": lambda ref: f"x/../{ref}",
    "encoded steps up": lambda ref: f"x%2F..%2F{ref}",
    "two slashes": lambda ref: f"/{ref}",
    "a quote": lambda ref: f"{ref}%27%20OR%20true",
    "two of them": lambda ref: f"{ref},{ref}",
    "bytes that are no text": lambda ref: f"{ref}%FF%FE",
}
OF_A_DOSSIER = sorted(
    name for name, arguments in named_urls() if arguments == ("reference",)
)  # fmt: skip


def _path(name: str, reference: str) -> str:
    return reverse(name, args=["XX-XX-0000-0"]).replace("XX-XX-0000-0", reference)


@pytest.mark.parametrize("how", BENT)
def test_a_bent_reference_leads_nowhere(how: str, stage: Stage, client_of: Browse) -> None:
    """Neither to what one may not see, nor by a second name to what one may."""
    person = stage.cast.belgian_officer
    client, before = client_of(person), fingerprint()
    for dossier in (stage.dutch, stage.handled):
        path = _path("dossier", BENT[how](dossier.reference))
        logged = refusals_of(person)
        answer = client.get(path, follow=True)
        assert answer.status_code == 404, path
        assert refusals_of(person) == logged + 1
    assert fingerprint() == before


def test_a_reference_in_other_words_for_the_same_bytes_is_the_same(
    stage: Stage, client_of: Browse
) -> None:
    client = client_of(stage.cast.belgian_officer)
    bent = "".join(f"%{ord(each):02X}" for each in stage.handled.reference)
    assert client.get(_path("dossier", bent)).status_code == 200
    assert unquote(bent) == stage.handled.reference


@pytest.mark.parametrize("name", OF_A_DOSSIER)
def test_no_page_of_another_countrys_dossier_is_there(
    name: str, stage: Stage, client_of: Browse
) -> None:
    """Not under its own prefix, not under mine, and not for a dossier that never was."""
    person = stage.cast.belgian_officer
    client, before = client_of(person), fingerprint()
    nowhere = stage.luxembourg.reference.replace("00001", "00099")
    for reference in (stage.dutch.reference, stage.luxembourg.reference, nowhere):
        for verb in (client.get, client.head, client.post):
            logged = refusals_of(person)
            status = verb(_path(name, reference)).status_code
            assert status in (404, 405)  # the verb is refused before the dossier is looked for
            assert refusals_of(person) == logged + (status == 404)
    assert fingerprint() == before


def test_the_number_of_another_country_under_ones_own_prefix_is_ones_own(
    stage: Stage, client_of: Browse
) -> None:
    client = client_of(stage.cast.belgian_officer)
    mine = stage.dutch.reference.replace("NL-", "BE-")
    answer = client.get(_path("dossier", mine))
    assert answer.context["head"].reference == mine
    with without_rules("cases_dossier"):
        Dossier.objects.filter(reference=mine).update(reference="BE-BOG-2026-77777")
    assert client.get(_path("dossier", mine)).status_code == 404


KEYS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "capitals": str.upper,
    "without dashes": lambda key: key.replace("-", ""),
    "in braces": lambda key: f"%7B{key}%7D",
    "as a name": lambda key: f"urn:uuid:{key}",
    "another in its place": lambda key: f"{key[:-1]}{'0' if key[-1] != '0' else '1'}",
    "a line break": lambda key: f"{key}%0A",
    "a number": lambda _key: "1",
}


@pytest.mark.parametrize("how", KEYS)
@pytest.mark.parametrize("paper", ["handovers", "mandates"])
def test_keys_of_others_and_bent_keys_lead_nowhere(
    paper: str, how: str, stage: Stage, client_of: Browse
) -> None:
    person = stage.cast.belgian_officer
    client, before = client_of(person), fingerprint()
    keys = [stage.dutch_offer.pk, stage.dutch_asked.pk, stage.dutch.pk, stage.handled.pk]
    if how != "as it is":  # nor do bent keys of what one may see
        keys.append(stage.offer.pk if paper == "handovers" else stage.asked.pk)
    for key in keys:
        logged = refusals_of(person)
        for verb in (client.get, client.post):
            path = f"/{paper}/{KEYS[how](str(key))}/"
            assert verb(path, {"action": "accept"}).status_code == 404, path
        assert refusals_of(person) == logged + 2
    assert fingerprint() == before


@pytest.mark.parametrize("path", ["/handovers/{asked}/", "/mandates/{offer}/", "/d/{offer}/",
                                  "/handovers/{handled}/", "/d/{given}/change"])  # fmt: skip
def test_the_key_of_one_thing_is_not_that_of_another(
    path: str, stage: Stage, client_of: Browse
) -> None:
    assert client_of(stage.cast.belgian_officer).get(stage.path(path)).status_code == 404


# Cursors ----------------------------------------------------------------------------------


def _many_dossiers(stage: Stage) -> str:
    DossierFactory.create_batch(28, handler=stage.cast.belgian_officer)
    return "/dossiers/"


def _many_alerts(stage: Stage) -> str:
    for number in range(30):
        Alert.objects.create(
            event="dossier.opened", subject_id=stage.handled.pk, reference=stage.handled.reference,
            owner="BE", because="handler", recipient=stage.cast.belgian_officer.person_ptr,
            unique_key=f"dossier.opened:{number}",
        )  # fmt: skip
    Alert.objects.create(
        event="dossier.opened", subject_id=stage.dutch.pk, reference=stage.dutch.reference,
        owner="NL", because="handler", recipient=stage.cast.belgian_officer.person_ptr,
        unique_key="dossier.opened:hidden",
    )  # fmt: skip
    return "/alerts/"


def _many_entries(stage: Stage) -> str:
    EntryFactory.create_batch(30, dossier=stage.handled)
    return f"/d/{stage.handled.reference}/"


LISTS = {
    "dossiers": (_many_dossiers, ("after", "before")),
    "alerts": (_many_alerts, ("older_than", "newer_than")),
    "entries": (_many_entries, ("before",)),
}


def _forged(cursor: str, stage: Stage) -> list[str]:
    hidden = [stage.dutch.pk, stage.luxembourg.pk, stage.dutch_offer.pk]
    hidden += stage.dutch.entries.values_list("pk", flat=True)
    hidden += Alert.objects.filter(unique_key__endswith=":hidden").values_list("pk", flat=True)
    keys = [str(key) if "-" in cursor[-20:] else key.hex for key in hidden]
    bent = [re.sub(r"[0-9a-f-]{32,36}$", key, cursor) for key in keys]
    bent += ["0", "-1", "*", "null", "' OR true --", "2026-11-24", "_", f"{cursor}\x00"]
    bent += [cursor[:-1], cursor[1:], cursor * 2, f" {cursor} "]
    return bent + [re.sub(r"\d{4}-", year, cursor, count=1) for year in ("0001-", "9999-")]


@pytest.mark.parametrize("name", LISTS)
def test_a_forged_cursor_shows_no_more_and_breaks_nothing(
    name: str, stage: Stage, client_of: Browse
) -> None:
    """Each answer holds what is in sight, whatever place in the list it is asked from."""
    arrange, parameters = LISTS[name]
    path = arrange(stage)
    client = client_of(stage.cast.belgian_officer)  # fails by itself where a secret is shown
    first = client.get(path).content.decode()
    found = re.search(r"[?&;](?:after|before|older_than)=([^\"&#]+)", first)
    assert found, "the list has no second page"
    own = _own_references(stage)
    for parameter in parameters:
        for forged in _forged(unquote(found[1]), stage):
            answer = client.get(path, {parameter: forged})
            assert answer.status_code in (200, 404), (parameter, forged)
            shown = set(re.findall(r"\b[A-Z]{2}-BOG-\d{4}-\d+", _main(answer.content.decode())))
            assert shown <= own, (parameter, forged)


def _own_references(stage: Stage) -> set[str]:
    seen = Dossier.objects.filter(owner="BE").exclude(reference__contains="9999")
    return set(seen.values_list("reference", flat=True))


def _main(page: str) -> str:
    """The page without the address it was asked by, which holds what was typed."""
    return re.sub(r'(href|value|action)="[^"]*"', "", page)


def test_a_forged_cursor_in_the_log_shows_the_own_chain_only(
    stage: Stage, client_of: Browse
) -> None:
    officer, auditor = stage.cast.dutch_officer, stage.cast.belgian_auditor
    for person in (officer, stage.cast.belgian_officer):
        for _look in range(60):
            with as_person(person):
                audit.log(by=person.pk, action="search", chain=audit.OWN_CHAIN)
    client = client_of(auditor)
    first = client.get("/log/").content.decode()
    found = re.search(r"[?&;]after=([^\"&#]+)", first)
    assert found
    for parameter in ("after", "before"):
        for forged in _forged(unquote(found[1]), stage):
            answer = client.get("/log/", {parameter: forged})
            assert answer.status_code == 200
            assert officer.name not in answer.content.decode()
            assert SECRET not in answer.content.decode()


@pytest.mark.parametrize("query", ["owner=NL", "owner=BE,NL", "owner=%", "status=any", "scope=all",
                                   "scope=everyone", "desk=BSB", "handler={dutch}", "handler=1",
                                   "sort=-readers", "owner__in=NL", "readers=1", "q=",
                                   "limit=10000", "all=1", "country=NL", "as={dutch}",
                                   "format=json"])  # fmt: skip
def test_no_filter_opens_a_list(query: str, stage: Stage, client_of: Browse) -> None:
    """Unknown filters show nothing or do nothing; known ones only narrow."""
    dutch: User = stage.cast.dutch_officer
    client, own = client_of(stage.cast.belgian_officer), _own_references(stage)
    for path in ("/", "/dossiers/", "/search"):
        answer = client.get(f"{path}?{query.format(dutch=dutch.public_id)}")
        assert answer.status_code in (200, 404)
        shown = set(re.findall(r"\b[A-Z]{2}-BOG-\d{4}-\d+", _main(answer.content.decode())))
        assert shown <= own
