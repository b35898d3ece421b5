"""The pages of prints and packages: asked for, watched, downloaded once they are ready."""

import io
import json
import zipfile
from collections.abc import Callable

import pytest

from accounts.models import User
from cases.models import Dossier, Export
from lodesk.audit.models import LogRow
from lodesk.files import store
from tests import steps
from tests.browsers import HouseClient
from tests.factories import Cast, DossierFactory, EntryFactory, MandateFactory, grant
from tests.pages import text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], HouseClient]
ASKED = {"form": "package", "use": "work", "reason": "For the file."}


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles."""
    dossier: Dossier = DossierFactory(handler=cast.belgian_officer)
    EntryFactory(dossier=dossier, text="Under H1.", handling_codes=["H1"])
    return dossier


@pytest.fixture
def handler(cast: Cast, client_of: ClientOf) -> HouseClient:
    """The browser of its handler."""
    return client_of(cast.belgian_officer)


def test_a_package_is_asked_for_watched_and_downloaded(
    handler: HouseClient, dossier: Dossier
) -> None:
    where = f"/d/{dossier.reference}/exports"
    assert where in handler.get(f"/d/{dossier.reference}/").content.decode()
    answer = handler.post(where, ASKED)
    export = Export.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/exports/{export.pk}/")
    page = handler.get(answer["Location"])
    assert "waits for its turn" in text_of(page)
    assert b'hx-trigger="every 2s"' in page.content
    assert handler.post(f"/exports/{export.pk}/file")["Location"] == f"/exports/{export.pk}/"
    steps.make_exports()
    page = handler.get(f"/exports/{export.pk}/")
    assert "It is ready." in text_of(page)
    assert b"hx-trigger" not in page.content
    answer = handler.post(f"/exports/{export.pk}/file")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert answer["Content-Length"] == str(len(content))
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    name = f"{dossier.reference}-{export.at:%Y%m%d}.zip"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    manifest = json.loads(zipfile.ZipFile(io.BytesIO(content)).read("manifest.json"))
    assert manifest["reference"] == dossier.reference
    assert LogRow.objects.filter(action="export.opened").count() == 1
    assert "Package, ZIP" in text_of(handler.get(where))


def test_htmx_is_given_the_progress_alone(handler: HouseClient, dossier: Dossier) -> None:
    export = steps.ask_export(User.objects.get(pk=dossier.handler_id), dossier)
    part = handler.get(f"/exports/{export.pk}/", headers={"HX-Request": "true"})
    assert b"<h1" not in part.content
    assert b'id="progress"' in part.content


def test_what_a_handling_code_binds_to_is_read_before_the_act(
    handler: HouseClient, dossier: Dossier
) -> None:
    page = text_of(handler.get(f"/d/{dossier.reference}/exports"))
    assert "H1: not as evidence without the consent of BE." in page


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"reason": ""}, "reason", "This field is required."),
        ({"form": "exe"}, "form", "Select a valid choice."),
        ({"use": "sale"}, "use", "Select a valid choice."),
        ({"reason": "x" * 501}, "reason", "at most 500 characters"),
    ],
)
def test_bad_input_is_said_beside_the_field_and_nothing_typed_is_lost(
    handler: HouseClient, dossier: Dossier, changed: dict[str, str], field: str, sentence: str
) -> None:
    page = handler.post(f"/d/{dossier.reference}/exports", ASKED | changed)
    assert sentence in str(page.context["form"].errors[field])
    if field != "reason":
        assert "For the file." in page.content.decode()
    assert not Export.objects.exists()


def test_a_dossier_under_the_code_says_why_beside_the_use(
    handler: HouseClient, dossier: Dossier
) -> None:
    Dossier.objects.filter(pk=dossier.pk).update(handling_codes=["H1"])
    page = handler.post(f"/d/{dossier.reference}/exports", ASKED | {"use": "evidence"})
    assert page.context["form"].errors["use"] == ["H1: not without the consent of BE."]
    assert "For the file." in page.content.decode()


def test_headquarters_names_who_consented(
    cast: Cast, client_of: ClientOf, dossier: Dossier
) -> None:
    Dossier.objects.filter(pk=dossier.pk).update(handling_codes=["H1"])
    client = client_of(cast.belgian_headquarters)
    said = ASKED | {"use": "evidence", "consent": "DEA, letter 12"}
    assert client.post(f"/d/{dossier.reference}/exports", said).status_code == 302
    assert Export.objects.get().consent == "DEA, letter 12"


def test_who_may_only_view_is_offered_a_copy_for_own_work_only(
    cast: Cast, client_of: ClientOf, dossier: Dossier
) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, level="view")
    grant(dossier, cast.dutch_officer, "view", mandate)
    client, where = client_of(cast.dutch_officer), f"/d/{dossier.reference}/exports"
    page = client.get(where)
    assert [value for value, _label in page.context["form"].fields["use"].choices] == ["work"]
    assert "consent" not in page.context["form"].fields
    assert "Only the handling officer" in text_of(page)
    answer = client.post(where, ASKED | {"use": "pass_on"})
    assert "Select a valid choice." in str(answer.context["form"].errors["use"])
    assert client.post(where, ASKED).status_code == 302


def test_what_cannot_be_opened_is_said_and_is_no_500(
    handler: HouseClient, dossier: Dossier, caplog: pytest.LogCaptureFixture
) -> None:
    export = steps.ask_export(User.objects.get(pk=dossier.handler_id), dossier)
    steps.make_exports()
    store.remove([export.file])
    page = handler.post(f"/exports/{export.pk}/file")
    assert page.status_code == 503
    assert "nothing was lost" in text_of(page)
    assert "documents: the stored file is missing" in caplog.text


def test_what_could_not_be_made_is_said(handler: HouseClient, dossier: Dossier) -> None:
    export = steps.ask_export(User.objects.get(pk=dossier.handler_id), dossier)
    Export.objects.filter(pk=export.pk).update(state="failed")
    assert "It could not be made" in text_of(handler.get(f"/exports/{export.pk}/"))
