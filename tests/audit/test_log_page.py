"""The page of the log: the auditor of a country reads its chain, and is read there too."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from lodesk import audit
from lodesk.audit.models import LogRow
from lodesk.audit.selectors import Filters, rows
from lodesk.border.context import acting_as
from tests.audit.chains import tamper

pytestmark = pytest.mark.django_db
NOT_AUDITORS = ("belgian_officer", "belgian_coordinator", "belgian_administrator", "belgian_leaver")


def act(person, action="dossier.viewed", chain="BE", **more):
    with acting_as(person.pk if person else None):
        audit.log(by=person.pk if person else None, action=action, chain=chain, **more)


def page_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_the_auditor_reads_who_did_what_and_why(client_of, cast):
    act(
        cast.belgian_officer,
        reference="BE-BOG-2026-00042",
        why="asked by the magistrate",
        facts={"fields": ["title", "summary"], "level": "view"},
        personal="J. Doe",
    )
    act(None, "mandate.ended", mandate="BE-M-2026-031")
    audit.seal()
    page = page_of(client_of(cast.belgian_auditor).get("/log/"))
    for words in (
        "A. Voorbeeld (BE)",
        "looked at a dossier",
        "BE-BOG-2026-00042",
        "asked by the magistrate · J. Doe · level: view · fields: title, summary",
        "system",
        "BE-M-2026-031",
        "Sealed to row 2, today",
    ):
        assert words in page


def test_of_a_joint_act_each_auditor_sees_the_own_part(client_of, cast):
    act(cast.dutch_officer, reference="BE-BOG-2026-00042", mandate="BE-M-2026-031")
    belgian = page_of(client_of(cast.belgian_auditor).get("/log/"))
    dutch = page_of(client_of(cast.dutch_auditor).get("/log/"))
    assert "J. Modaal (NL)" in belgian
    assert "BE-BOG-2026-00042" in belgian
    assert "J. Modaal (NL)" in dutch
    assert "BE-M-2026-031" in dutch
    assert "00042" not in dutch
    luxembourg = page_of(client_of(cast.luxembourg_auditor).get("/log/"))
    assert "J. Modaal" not in luxembourg
    assert "No row fits." in luxembourg


@pytest.mark.parametrize("name", NOT_AUDITORS)
def test_nobody_else_reads_it(client_of, cast, name):
    response = client_of(getattr(cast, name)).get("/log/")
    assert response.status_code == 403
    assert "Only the auditor of a country reads its log." in page_of(response)
    assert LogRow.objects.get(action="access.refused").chain == "BE"


def test_a_stranger_is_sent_to_sign_in(client_of):
    assert client_of(None).get("/log/").status_code == 302


def test_reading_the_log_is_in_the_log(client_of, cast):
    client_of(cast.belgian_auditor).get(
        "/log/", {"who": "Modaal", "action": "dossier.viewed", "reference": "be-bog-2026-00042"}
    )
    row = LogRow.objects.get()
    assert (row.chain, row.actor, row.action) == ("BE", cast.belgian_auditor.pk, "log.viewed")
    assert row.facts == {"action": "dossier.viewed"}
    assert row.personal == "Modaal · BE-BOG-2026-00042"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"who": "voorbeeld"}, {"one"}),
        ({"who": "nobody of this name"}, set()),
        ({"action": "dossier.changed"}, {"two"}),
        ({"reference": "be-bog-2026-00003"}, {"three"}),
        ({"action": "no.such"}, set()),
        ({"since": "2020-01-01", "until": "2020-01-02"}, {"three"}),
        ({"since": "2020-01-02"}, {"one", "two"}),
        ({"until": "2020-01-01"}, {"three"}),
        ({"since": "yesterday"}, set()),
        ({"before": "x"}, set()),
        ({"after": "_00000000000000000000000000000000"}, set()),
    ],
)
def test_what_the_auditor_looks_for(client_of, cast, wanted, found):
    act(cast.belgian_officer, personal="one")
    act(cast.belgian_colleague, "dossier.changed", personal="two")
    act(cast.belgian_colleague, reference="BE-BOG-2026-00003", personal="three")
    on_new_years_day = timezone.datetime(2020, 1, 1, 22, 59, tzinfo=timezone.get_default_timezone())
    tamper("UPDATE audit_logrow SET at = %s WHERE personal = 'three'", on_new_years_day)
    page = page_of(client_of(cast.belgian_auditor).get("/log/", wanted))
    assert {text for text in ("one", "two", "three") if f"<td>{text}</td>" in page} == found


def test_a_long_log_is_read_page_by_page(client_of, cast):
    for number in range(120):
        act(None, personal=f"text {number:03}")
    client = client_of(cast.belgian_auditor)
    seen, url = [], "/log/"
    while url:
        response = client.get(url)
        seen.append(re.findall(r"text \d{3}", page_of(response)))
        url = response.context["page"].next_url and "/log/" + response.context["page"].next_url
    flat = [text for texts in seen for text in texts]
    assert flat == [f"text {number:03}" for number in reversed(range(120))]
    back = client.get("/log/" + response.context["page"].previous_url)
    assert re.findall(r"text \d{3}", page_of(back)) == seen[1]


def test_a_page_asks_as_much_for_two_rows_as_for_fifty(
    client_of, cast, django_assert_max_num_queries
):
    client = client_of(cast.belgian_auditor)

    def asked() -> int:
        with django_assert_max_num_queries(60) as captured:
            assert client.get("/log/").status_code == 200
        return len(captured)

    act(cast.belgian_officer)
    act(cast.dutch_officer)
    few = asked()
    for person in cast.people.values():
        if person.is_active:
            act(person)
            act(person, facts={"a": 1})
    assert asked() == few


def test_pages_follow_one_another_both_ways(cast):
    for _ in range(60):
        act(None)
    # A few moments only: many rows of the same one stand on both sides of a page's edge.
    tamper("UPDATE audit_logrow SET at = now() - make_interval(secs => trunc(random() * 3) * 60)")
    first = rows(chain="BE", filters=Filters(), size=20)
    second = rows(chain="BE", filters=Filters(), size=20, after=first.next)
    third = rows(chain="BE", filters=Filters(), size=20, after=second.next)
    assert third.next is None
    every = [row.pk for part in (first, second, third) for row in part.rows]
    assert every == list(LogRow.objects.order_by("-at", "-id").values_list("pk", flat=True))
    again = rows(chain="BE", filters=Filters(), size=20, before=third.previous)
    assert [row.pk for row in again.rows] == [row.pk for row in second.rows]


def test_days_are_those_of_the_reader(client_of, cast):
    act(None, personal="one")
    tomorrow = (timezone.localtime() + timedelta(days=2)).date().isoformat()
    assert "one</td>" not in page_of(
        client_of(cast.belgian_auditor).get("/log/", {"since": tomorrow})
    )
