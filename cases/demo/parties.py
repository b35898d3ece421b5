"""People and objects of the demo's dossiers, added as people at a desk add them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from accounts.models import User
from cases import identifiers
from cases.models import Dossier, Party
from cases.services import connections, parties
from cases.services.parties import New
from lodesk.border.context import acting_as

Users = Mapping[str, User]


def _new(kind: str, name: str = "", *numbers: str, **values: Any) -> New:
    read = [identifiers.recognise(each) for each in numbers]
    return New({"kind": kind, "name": name} | values, read)


BANANAS = (
    _new("item", "", "CSQU 305438 3"),
    _new("item", "", "XMPU 120045 7"),
    _new("item", "MV Voorbeeld", "IMO 9074729"),
)
SHIPPER = _new("organisation", "Frutas Ejemplo SA", "+593 4 555 0100", part="shipper")
SHIPPER_AGAIN = _new(
    "organisation", "Frutas Ejemplo S.A., Guayaquil", "+593 4 555 0100", part="shipper",
    address="Av. de Ejemplo 100, Guayaquil",
)  # fmt: skip
DRIVER = _new("person", "Driver of truck GBX-0001", "plate GBX-0001", role="witness")
PHONE = _new("item", "", "+593 99 555 0100")
FUGITIVE = _new(
    "person", "Jan Modelman", "passport NX0000001", role="convicted", born_on=date(1979, 4, 12),
    nationality="NL", aliases="Juan Modelo", sex="M", address="Carrera 43A, Medellín",
    conduct="Has used the documents of a relative.",
    special_categories=["health"], special_data="Takes insulin daily.",
    special_reason="The arrest must be prepared with medical care at hand.",
)  # fmt: skip


def play(users: Users, dossiers: Mapping[str, Dossier]) -> None:
    """The containers of the picture, the same container in a Dutch dossier, and a fugitive."""
    _bananas(users["be-lo-bog"], dossiers["bananas"])
    _add(users["be-lo-bog"], dossiers["seals"], [PHONE])
    _add(users["nl-lo-bog"], dossiers["rotterdam"], BANANAS[:1])
    _add(users["nl-lo-bog"], dossiers["medellin"], [FUGITIVE])


def _bananas(officer: User, dossier: Dossier) -> None:
    first, second, ship = _add(officer, dossier, BANANAS)
    (shipper,) = _add(officer, dossier, [SHIPPER])
    _add(officer, dossier, [DRIVER])
    _add(officer, dossier, [PHONE])
    with acting_as(officer.pk):
        shipper = parties.correct(
            party=Party.objects.get(pk=shipper.pk),
            by=officer,
            new=SHIPPER_AGAIN,
            reason="name and address as on the bill of lading",
        )
        for one, kind, other in (
            (shipper, "shipper", first), (shipper, "shipper", second),
            (first, "carried", ship), (second, "carried", ship),
        ):  # fmt: skip
            connections.connect(one=one, kind=kind, other=other, by=officer)


def _add(officer: User, dossier: Dossier, new: Sequence[New]) -> list[Party]:
    with acting_as(officer.pk):
        return parties.add(dossier=dossier, by=officer, parties=new)
