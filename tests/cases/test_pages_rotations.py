"""Rotations on the screen: begin one, plan it, offer it, answer it, have its certificate."""

from collections.abc import Callable
from typing import Any

import pytest

from cases.models import Dossier, Handover, Rotation, RotationLine
from cases.states import Step
from lodesk.alerts.sending import send_due
from lodesk.embedded.mail import MailCatcher
from tests import steps
from tests.browsers import HouseClient
from tests.factories import Cast, DossierFactory, rotation_of
from tests.pages import filled, text_of

pytestmark = pytest.mark.django_db
Browse = Callable[..., HouseClient]


@pytest.fixture
def dossiers(cast: Cast) -> list[Dossier]:
    """Three Belgian dossiers that the Belgian officer handles."""
    return DossierFactory.create_batch(3, handler=cast.belgian_officer, title="Bananas")


@pytest.fixture
def rotation(cast: Cast, dossiers: list[Dossier]) -> Rotation:
    """The officer's own, everything planned to go to the colleague."""
    return rotation_of(cast.belgian_officer, *dossiers, to=cast.belgian_colleague)


@pytest.fixture
def offered(cast: Cast, rotation: Rotation) -> Rotation:
    """The same, offered."""
    steps.offer_rotation(cast.belgian_officer, rotation)
    return rotation


def path(rotation: Rotation) -> str:
    """The address of a rotation."""
    return f"/rotations/{rotation.pk}/"


def lines(*dossiers: Dossier) -> list[str]:
    """What the tick boxes of these dossiers send."""
    found = RotationLine.objects.filter(dossier__in=dossiers)
    return [str(key) for key in found.values_list("pk", flat=True)]


def test_who_leaves_begins_plans_and_offers_in_three_steps(
    cast: Cast, client_of: Browse, dossiers: list[Dossier]
) -> None:
    client = client_of(cast.belgian_officer)
    assert "/rotations/" in client.get("/handovers/").content.decode()
    begun = client.post("/rotations/new", filled(client.get("/rotations/new")))
    page = client.get(begun["Location"])
    assert len(page.context["plan"]) == 3
    assert "Nothing is left" not in text_of(page)
    done = client.post(begun["Location"], filled(page, "plan_form", action="offer"), follow=True)
    assert "3 dossiers are offered." in text_of(done)
    assert Handover.objects.filter(kind="rotation", state="offered").count() == 3


def test_the_plan_is_kept_and_gone_on_with_another_day(
    cast: Cast, client_of: Browse, dossiers: list[Dossier]
) -> None:
    client = client_of(cast.belgian_officer)
    begun = client.post("/rotations/new", filled(client.get("/rotations/new")))["Location"]
    chosen = {f"to-{dossiers[0].pk}": str(cast.belgian_head.public_id),
              f"to-{dossiers[1].pk}": ""}  # fmt: skip
    page = client.get(begun)
    client.post(begun, filled(page, "plan_form", action="plan", **chosen))
    again = client.post("/rotations/new", filled(client.get("/rotations/new")))
    assert again["Location"] == begun
    plan = {row.reference: row.receiver for row, _field in client.get(begun).context["plan"]}
    assert plan[dossiers[0].reference] == "C. Beispiel"
    assert plan[dossiers[1].reference] == ""
    assert not Handover.objects.exists()


def test_one_choice_gives_all_of_them_to_one(
    cast: Cast, client_of: Browse, rotation: Rotation
) -> None:
    client = client_of(cast.belgian_head)
    page = client.get(path(rotation))
    everything = str(cast.belgian_head.public_id)
    sent = filled(page, "plan_form", action="plan", everything=everything)
    client.post(path(rotation), sent)
    assert set(RotationLine.objects.values_list("receiver", flat=True)) == {cast.belgian_head.pk}


def test_offering_asks_until_when(cast: Cast, client_of: Browse, rotation: Rotation) -> None:
    client = client_of(cast.belgian_officer)
    sent = filled(client.get(path(rotation)), "plan_form", action="offer", answer_by="")
    assert list(client.post(path(rotation), sent).context["plan_form"].errors) == ["answer_by"]
    assert not Handover.objects.exists()


def test_what_is_chosen_stays_when_something_is_to_be_put_right(
    cast: Cast, client_of: Browse, rotation: Rotation, dossiers: list[Dossier]
) -> None:
    client = client_of(cast.belgian_officer)
    name, chosen = f"to-{dossiers[0].pk}", str(cast.belgian_head.public_id)
    page = client.get(path(rotation))
    sent = filled(page, "plan_form", action="offer", answer_by="", **{name: chosen})
    assert client.post(path(rotation), sent).context["plan_form"][name].value() == chosen


def answer(client: HouseClient, rotation: Rotation, action: str, **more: Any) -> Any:
    """Answer what a rotation offers, and look at the page that comes."""
    return client.post(path(rotation), {"action": action} | more, follow=True)


def test_the_receiver_accepts_all(cast: Cast, client_of: Browse, offered: Rotation) -> None:
    client = client_of(cast.belgian_colleague)
    page = client.get(path(offered))
    assert len(page.context["offered"]) == 3
    assert "preview" not in page.context  # the plan is not the receiver's
    assert "You handle 3 dossiers more." in text_of(answer(client, offered, "accept_all"))
    assert Dossier.objects.filter(handler=cast.belgian_colleague.pk).count() == 3


def test_the_receiver_accepts_some_and_declines_one_with_a_reason(
    cast: Cast, client_of: Browse, offered: Rotation, dossiers: list[Dossier]
) -> None:
    client = client_of(cast.belgian_colleague)
    answer(client, offered, "accept", lines=lines(*dossiers[:2]))
    nothing = answer(client, offered, "decline", lines=lines(dossiers[2]), reason="")
    assert list(nothing.context["answer_form"].errors) == ["reason"]
    nobody = answer(client, offered, "accept", lines=[])
    assert list(nobody.context["answer_form"].errors) == ["lines"]
    answer(client, offered, "decline", lines=lines(dossiers[2]), reason="Too much.")
    states = dict(Handover.objects.values_list("dossier", "state"))
    assert [states[each.pk] for each in dossiers] == ["accepted", "accepted", "declined"]


def test_who_declines_the_last_in_sight_comes_back_to_the_list(
    cast: Cast, client_of: Browse
) -> None:
    me, you = cast.belgian_officer, cast.belgian_colleague
    rotation = rotation_of(me, DossierFactory(handler=me, confined=True), to=you)
    steps.offer_rotation(me, rotation)
    sent = {"lines": lines(*Dossier.objects.filter(confined=True)), "reason": "No."}
    page = answer(client_of(you), rotation, "decline", **sent)
    assert page.redirect_chain == [("/rotations/", 302)]
    assert "1 offer is declined." in text_of(page)


def test_who_only_receives_or_follows_cannot_plan(
    cast: Cast, client_of: Browse, offered: Rotation
) -> None:
    for person in (cast.belgian_colleague, cast.belgian_headquarters):
        client = client_of(person)
        assert "plan_form" not in client.get(path(offered)).context
        for action in ("plan", "offer", "finish", "give_up"):
            assert client.post(path(offered), {"action": action}).status_code == 403
    shown = client_of(cast.belgian_headquarters).get(path(offered)).context["preview"]
    assert len(shown.offered) == 3


def test_it_is_finished_and_the_certificate_downloaded(
    cast: Cast, client_of: Browse, offered: Rotation, dossiers: list[Dossier]
) -> None:
    client = client_of(cast.belgian_officer)
    assert client.get(f"{path(offered)}certificate").status_code == 403
    assert client.post(path(offered), {"action": "finish"}).status_code == 403
    steps.answer_rotation(cast.belgian_colleague, offered, Step.ACCEPT)
    done = answer(client, offered, "finish")
    assert "3 dossiers moved." in text_of(done)
    assert dossiers[0].reference in text_of(done)
    download = client.post(f"{path(offered)}certificate")
    assert download.getvalue().startswith(b"%PDF-")
    assert "attachment" in download["Content-Disposition"]
    assert client_of(cast.dutch_head).get(f"{path(offered)}certificate").status_code == 404


def test_giving_up_leaves_what_has_moved(
    cast: Cast, client_of: Browse, offered: Rotation, dossiers: list[Dossier]
) -> None:
    steps.answer_rotation(cast.belgian_colleague, offered, Step.ACCEPT, dossiers[0])
    steps.answer_rotation(cast.belgian_colleague, offered, Step.DECLINE)
    client = client_of(cast.belgian_head)
    page = answer(client, offered, "give_up")
    assert "given up" in text_of(page)
    assert "plan_form" not in page.context
    assert [row.reference for row in page.context["preview"].moved] == [dossiers[0].reference]


def test_the_list_shows_what_one_has_to_do_with(
    cast: Cast, client_of: Browse, offered: Rotation
) -> None:
    for person in (cast.belgian_officer, cast.belgian_colleague, cast.belgian_headquarters):
        (listed,) = client_of(person).get("/rotations/").context["rotations"]
        assert (listed.dossiers, listed.accepted) == (3, 0)
    for person in (cast.dutch_officer, cast.dutch_headquarters, cast.belgian_elsewhere):
        assert client_of(person).get("/rotations/").context["rotations"] == []


def test_only_who_works_at_a_desk_begins_one(cast: Cast, client_of: Browse) -> None:
    assert client_of(cast.belgian_headquarters).get("/rotations/new").status_code == 403
    names = dict(client_of(cast.belgian_head).get("/rotations/new").context["form"]
                 .fields["leaver"].choices)  # fmt: skip
    assert {name.split(" (")[0] for name in names.values()} == {
        "A. Voorbeeld", "B. Exemple", "C. Beispiel",
    }  # fmt: skip
    own = client_of(cast.belgian_officer).get("/rotations/new").context["form"]
    assert len(own.fields["leaver"].choices) == 1


def test_the_mail_says_how_many_and_until_when(
    cast: Cast, offered: Rotation, settings: Any
) -> None:
    with MailCatcher() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        send_due()
        (mail,) = server.messages
    assert mail.recipients == (cast.belgian_colleague.email,)
    subject = "[LO Desk] BE-BOG: 3 dossiers of a rotation offered to you, answer by "
    assert str(mail.message["Subject"]).startswith(subject)
    parts = [part for part in mail.message.walk() if not part.is_multipart()]
    text = "\n".join(part.get_content() for part in parts)
    assert f"/rotations/{offered.pk}/" in text
    assert "Bananas" not in text
