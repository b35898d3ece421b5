"""The composer and the pages of an entry: what each kind asks, drafts, corrections, translating."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import User
from cases import codes
from cases.forms.entries import ASKS, EntryForm
from cases.models import Dossier, Draft, Entry, Translation
from cases.models.entries import EntryKind
from lodesk.audit.models import LogRow
from tests import steps
from tests.browsers import HouseClient
from tests.factories import Cast, DossierFactory, EntryFactory
from tests.pages import filled, local, text_of

pytestmark = pytest.mark.django_db
Browse = Callable[[User | None], HouseClient]

# What a complete entry of each kind says; `said` leaves out what a kind does not ask.
WHOLE: dict[str, Any] = {
    "direction": "out",
    "counterpart": "Policía Antinarcóticos, Guayaquil",
    "counterpart_person": "Capt. R. Ejemplo",
    "channel": "email",
    "channel_reason": "third",
    "channel_reference": "17-A",
    "ground": "6a",
    "expected_until": local(timezone.now() + timedelta(days=3)),
    "evaluation": "4x4:B2",
    "nature": "fact",
    "language": "es",
    "handling_codes": ["H2"],
    "text": "Recibido.",
}


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A dossier of the Belgian officer."""
    return DossierFactory(handler=cast.belgian_officer)


def page(dossier: Dossier, rest: str = "") -> str:
    """The address of a dossier's page."""
    return f"/d/{dossier.reference}/{rest}"


def sent(**values: Any) -> dict[str, Any]:
    """A complete form, with some fields changed; without those that are None."""
    return {name: value for name, value in (WHOLE | values).items() if value is not None}


@pytest.mark.parametrize("kind", ASKS)
def test_a_complete_entry_of_each_kind_is_recorded(
    cast: Cast, client_of: Browse, dossier: Dossier, kind: str
) -> None:
    client = client_of(cast.belgian_headquarters)
    answer = client.post(page(dossier, "entries"), sent(kind=kind))
    entry = Entry.objects.get(dossier=dossier)
    assert answer.headers["Location"] == page(dossier, f"#entry-{entry.pk}")
    assert (entry.kind, entry.text, entry.evaluation) == (kind, "Recibido.", "4x4:B2")
    for name in ("counterpart", "channel_reference", "ground"):
        assert getattr(entry, name) == (WHOLE[name] if name in ASKS[kind] else "")


@pytest.mark.parametrize(
    ("kind", "missing", "words"),
    [
        ("incoming_message", "counterpart", "Which authority?"),
        ("phone_note", "counterpart", "Which authority?"),
        ("answer", "channel", "By which channel?"),
        ("answer", "direction", "From or to?"),
        ("refusal", "ground", "A refusal needs its ground."),
        ("authorisation_asked", "expected_until", "The asker is told how long it takes"),
        ("outgoing_message", "channel_reason", "Another channel than SIENA"),
        ("note", "text", "This field is required."),
    ],
)
def test_what_a_kind_needs_is_asked_for_and_nothing_typed_is_lost(
    cast: Cast, client_of: Browse, dossier: Dossier, kind: str, missing: str, words: str
) -> None:
    client = client_of(cast.belgian_officer)
    answer = client.post(page(dossier, "entries"), sent(kind=kind, **{missing: ""}))
    assert answer.status_code == 200
    assert not dossier.entries.exists()
    assert list(answer.context["composer"].errors) == [missing]
    assert words in text_of(answer)
    kept = answer.context["composer"]
    assert all(kept[name].value() == value for name, value in WHOLE.items() if name != missing)


@pytest.mark.parametrize("until", ["2020-01-01T10:00", "soon"])
def test_a_court_does_not_decide_before_it_is_asked(
    cast: Cast, client_of: Browse, dossier: Dossier, until: str
) -> None:
    client = client_of(cast.belgian_officer)
    values = sent(kind="authorisation_asked", expected_until=until)
    answer = client.post(page(dossier, "entries"), values)
    assert list(answer.context["composer"].errors) == ["expected_until"]
    assert answer.context["composer"]["expected_until"].value() == until
    assert not dossier.entries.exists()


def test_how_long_another_ones_court_takes_may_be_unknown(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_officer)
    values = sent(kind="authorisation_asked", direction="in", expected_until="")
    client.post(page(dossier, "entries"), values)
    assert dossier.entries.get().kind == "authorisation_asked"


def test_that_the_asker_was_told_is_said_and_stands_on_the_deadlines(
    cast: Cast, client_of: Browse
) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer, due_at=steps.in_(days=1))
    client = client_of(cast.belgian_officer)
    answer = client.post(page(dossier, "entries"), sent(kind="authorisation_asked"))
    assert "the asker was told now" in text_of(client.get(answer.headers["Location"]))
    shown = text_of(client.get(page(dossier, "deadlines")))
    assert "Judicial authorisation" in shown
    assert "Recibido." in shown  # why


def test_siena_needs_no_reason_and_a_call_is_by_telephone(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_officer)
    client.post(page(dossier, "entries"), sent(kind="answer", channel="siena", channel_reason=""))
    client.post(page(dossier, "entries"), sent(kind="phone_note", channel=""))
    found = dossier.entries.order_by("recorded_at").values_list("channel", "channel_reason")
    assert list(found) == [("siena", ""), ("phone", "")]


def test_h3_needs_its_text(cast: Cast, client_of: Browse, dossier: Dossier) -> None:
    client = client_of(cast.belgian_officer)
    values = sent(kind="note", handling_codes=["H3"])
    assert "H3 needs its text" in text_of(client.post(page(dossier, "entries"), values))
    client.post(page(dossier, "entries"), values | {"handling_note": "Not to the prosecutor."})
    shown = text_of(client.get(page(dossier)))
    assert "Not to the prosecutor." in shown


def test_what_happened_earlier_stands_where_it_happened_and_says_when_it_was_written(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_officer)
    EntryFactory(dossier=dossier, text="Between.", at=timezone.now() - timedelta(hours=1))
    local = timezone.localtime(
        timezone.now() - timedelta(hours=3), ZoneInfo(cast.desks["BOG"].time_zone)
    )
    values = sent(kind="incoming_message", at=f"{local:%Y-%m-%dT%H:%M}")
    client.post(page(dossier, "entries"), values)
    shown = text_of(client.get(page(dossier)))
    assert shown.index("Between.") < shown.index("Recibido.")
    assert "recorded by A. Voorbeeld," in shown


@pytest.mark.parametrize(
    ("days", "words"), [(1, "cannot lie in the future"), (-400, "tells of the last year")]
)
def test_a_wrong_moment_is_said(
    cast: Cast, client_of: Browse, dossier: Dossier, days: int, words: str
) -> None:
    client = client_of(cast.belgian_officer)
    moment = timezone.now() + timedelta(days=days)
    values = sent(kind="incoming_message", at=f"{moment:%Y-%m-%dT%H:%M}")
    assert words in text_of(client.post(page(dossier, "entries"), values))


def test_an_instruction_is_offered_to_headquarters_only(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    for person, offered in ((cast.belgian_headquarters, True), (cast.belgian_officer, False)):
        composer = client_of(person).get(page(dossier)).context["composer"]
        kinds = [value for value, _label in composer.fields["kind"].choices]
        assert ("instruction" in kinds) is offered
    answer = client_of(cast.belgian_officer).post(
        page(dossier, "entries"), sent(kind="instruction")
    )
    assert (answer.status_code, dossier.entries.count()) == (200, 0)


def test_a_message_shows_with_whom_how_and_how_good_it_is(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_officer)
    client.post(page(dossier, "entries"), sent(kind="incoming_message", ground=None))
    shown = text_of(client.get(page(dossier)))
    for words in (
        "Incoming message Policía Antinarcóticos, Guayaquil (Capt. R. Ejemplo), e-mail, 17-A,"
        " Spanish",
        "fact, evaluated B2 (4×4)",
        "channel: host country involved, art. 13(2)(a)",
    ):
        assert words in shown


def test_the_timeline_is_filtered_by_what_happened(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    steps.write(cast.belgian_officer, dossier, kind=EntryKind.ANSWER, text="The answer.")
    steps.write(cast.belgian_headquarters, dossier, kind=EntryKind.INSTRUCTION, text="The order.")
    steps.write(cast.belgian_officer, dossier, kind=EntryKind.PHONE_NOTE, text="The call.")
    client = client_of(cast.belgian_officer)
    shown = {
        name: text_of(client.get(page(dossier, f"?show={name}")))
        for name in ("messages", "notes", "instructions")
    }
    for name, words in (
        ("messages", "The answer."),
        ("notes", "The call."),
        ("instructions", "The order."),
    ):
        assert [each for each, text in shown.items() if words in text] == [name]
    for words in ("Messages 1", "Notes 1", "Headquarters 1"):
        assert words in shown["notes"]


# Drafts -----------------------------------------------------------------------------------


def test_a_draft_is_kept_and_comes_back_until_it_is_recorded(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_officer)
    values = sent(kind="answer", text="Half a sent")
    by_button = client.post(page(dossier, "draft"), values)
    assert by_button.headers["Location"] == page(dossier)
    by_script = client.post(page(dossier, "draft"), values, headers={"Accept": "text/plain"})
    assert (by_script.status_code, len(by_script.content)) == (200, len("08:11"))
    again = client_of(cast.belgian_officer).get(page(dossier))  # another browser, another session
    composer = again.context["composer"]
    assert (composer["kind"].value(), composer["text"].value()) == ("answer", "Half a sent")
    assert composer["handling_codes"].value() == ["H2"]
    assert "Draft kept" in text_of(again)
    client.post(page(dossier, "entries"), filled(again, "composer"))
    assert dossier.entries.get().text == "Half a sent"
    assert not client.get(page(dossier)).context["composer"]["text"].value()


def test_a_draft_is_thrown_away(cast: Cast, client_of: Browse, dossier: Dossier) -> None:
    client = client_of(cast.belgian_officer)
    client.post(page(dossier, "draft"), sent())
    answer = client.post(page(dossier, "draft"), sent(discard=""))
    assert answer.headers["Location"] == page(dossier)
    assert Draft.objects.get().values == {}


def test_a_draft_holds_the_fields_of_the_composer_and_nothing_endless(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_officer)
    client.post(page(dossier, "draft"), sent(author="9", text="x"))
    assert Draft.objects.get().values.keys() <= EntryForm.base_fields.keys()
    assert client.post(page(dossier, "draft"), sent(text="x" * 50_000)).status_code == 400
    assert Draft.objects.get().values["text"] == "x"


# Corrections and translations -------------------------------------------------------------


def test_an_entry_is_corrected_and_shows_its_earlier_version(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_officer)
    client.post(page(dossier, "entries"), sent(kind="incoming_message", text="Seal 4471."))
    old = dossier.entries.get()
    form = client.get(page(dossier, f"entries/{old.pk}/correct"))
    values = filled(form, text="Seal 4417.", correction="seal number")
    answer = client.post(page(dossier, f"entries/{old.pk}/correct"), values)
    assert answer.headers["Location"] == page(dossier, "#timeline")
    new = Entry.objects.get(replaces=old)
    assert (new.counterpart, new.kind) == (WHOLE["counterpart"], "incoming_message")
    shown = text_of(client.get(page(dossier)))
    assert ("Seal 4417." in shown, "Seal 4471." in shown) == (True, False)
    assert "version 2, corrected" in shown
    both = text_of(client.get(page(dossier, f"entries/{old.pk}")))
    assert both.index("Seal 4417.") < both.index("Seal 4471.")
    assert LogRow.objects.filter(action="entry.corrected", target_id=dossier.pk).exists()


def test_a_version_that_was_corrected_meanwhile_is_said(
    cast: Cast, client_of: Browse, dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = EntryFactory(dossier=dossier)
    client = client_of(cast.belgian_officer)
    address = page(dossier, f"entries/{note.pk}/correct")
    values = filled(client.get(address), text="Mine.", correction="x")
    last_version = "cases.views.entries.entries.last_version"
    steps.correct(cast.belgian_colleague, note, text="Faster.")
    assert client.post(address, values).status_code == 404  # no longer the last version
    monkeypatch.setattr(last_version, lambda _dossier, _key: note)
    assert "Somebody corrected this entry" in text_of(client.post(address, values))


def test_a_correction_says_what_is_corrected(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    note = EntryFactory(dossier=dossier)
    client = client_of(cast.belgian_officer)
    address = page(dossier, f"entries/{note.pk}/correct")
    answer = client.post(address, filled(client.get(address), text="Mine."))
    assert list(answer.context["form"].errors) == ["correction"]
    assert not Entry.objects.filter(replaces=note).exists()


def test_a_translation_is_added_and_shown_beside_the_original(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    note = EntryFactory(dossier=dossier, text="El sello difiere.", language="es")
    client = client_of(cast.belgian_officer)
    address = page(dossier, f"entries/{note.pk}/translate")
    values = filled(client.get(address), language="en", text="The seal differs.")
    client.post(address, values)
    assert Translation.objects.get().entry_id == note.pk
    for shown in (client.get(page(dossier)), client.get(page(dossier, f"entries/{note.pk}"))):
        text = text_of(shown)
        assert text.index("El sello difiere.") < text.index("The seal differs.")
        assert "Working translation, English, by A. Voorbeeld" in text
        assert 'lang="es"' in shown.content.decode()


@pytest.mark.parametrize("rest", ["", "/correct", "/translate"])
def test_an_entry_of_another_dossier_or_an_event_is_not_there(
    cast: Cast, client_of: Browse, dossier: Dossier, rest: str
) -> None:
    client = client_of(cast.belgian_officer)
    elsewhere = EntryFactory(dossier=DossierFactory(handler=cast.belgian_officer))
    event = EntryFactory(dossier=dossier, kind="event", event="status.open")
    for entry in (elsewhere, event):
        assert client.get(page(dossier, f"entries/{entry.pk}{rest}")).status_code == 404


def test_a_code_that_has_ended_is_read_and_no_longer_chosen() -> None:
    today = timezone.now().date()
    ended = codes.Code("x", "Old words", until=today)
    coming = codes.Code("y", "New words", since=today + timedelta(days=1))
    valid = codes.Code("z", "Words", since=today)
    listed = (ended, coming, valid)
    assert codes.choices(listed, on=today) == [("z", "Words")]
    assert codes.words(listed, "x") == "Old words"
    assert codes.words(listed, "unknown") == "unknown"
