"""Entries of the demo beyond plain notes: messages, calls, instructions, a correction, a translation."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Written:
    """An entry so many hours ago. `corrected` is (hours ago, text, what) of a second version."""

    hours_ago: float
    author: str
    kind: str
    text: str
    said: dict[str, Any] = field(default_factory=dict)
    corrected: tuple[float, str, str] | None = None
    translated: tuple[str, str] | None = None  # language and text


BY_DOSSIER: dict[str, tuple[Written, ...]] = {
    "bananas": (
        Written(
            hours_ago=6,
            author="be-hq",
            kind="incoming_message",
            text="Shipper, consignee and seal numbers of the three containers on MV Voorbeeld; who"
            " paid the freight; whether the same shipper used other vessels since August.",
            said={
                "direction": "in",
                "counterpart": "Federal judicial police Antwerp through CGI",
                "channel": "siena",
                "channel_reference": "4410077-3",
                "handling_codes": ["H1", "H2"],
            },
        ),
        Written(
            hours_ago=5.5,
            author="be-lo-bog",
            kind="phone_note",
            text="The three containers stand in block C-12. Loading is planned for tonight, berth"
            " 2.",
            said={
                "counterpart": "Port authority Guayaquil, liaison",
                "counterpart_person": "J. Prueba",
                "channel": "phone",
                "evaluation": "4x4:B3",
                "nature": "assessment",
            },
        ),
        Written(
            hours_ago=4.6,
            author="be-lo-bog",
            kind="note",
            text="Bill of lading read at the agent's office: shipper Frutas Ejemplo S.A., consignee"
            " a Rotterdam trading firm registered in July.",
            said={"handling_codes": ["H1"]},
            corrected=(
                4.4,
                "Bill of lading read at the agent's office: shipper Frutas Ejemplo S.A., consignee"
                " an Antwerp trading firm registered in July.",
                "consignee",
            ),
        ),
        Written(
            hours_ago=4,
            author="be-hq",
            kind="instruction",
            text="Ask whether the container can be opened before loading. No seizure without"
            " agreement with Antwerp.",
            said={
                "direction": "in",
                "counterpart": "CGI, duty officer 2",
                "channel": "siena",
                "handling_codes": ["H1"],
            },
        ),
        Written(
            hours_ago=3.2,
            author="be-lo-bog",
            kind="incoming_message",
            text="La terminal confirma el ingreso de CSQU 305438 3 el 14 de noviembre a las 22:41."
            " El número de sello de las fotografías difiere del conocimiento de embarque: EC 004417"
            " frente a EC 004471. Sigue el informe de inspección.",
            said={
                "direction": "in",
                "counterpart": "Policía Antinarcóticos, Guayaquil",
                "counterpart_person": "Capt. R. Ejemplo",
                "channel": "email",
                "channel_reason": "third",
                "handling_codes": ["H2"],
                "evaluation": "4x4:B2",
                "nature": "fact",
                "language": "es",
            },
            translated=(
                "en",
                "The terminal confirms gate-in of CSQU 305438 3 on 14 November at 22:41. The seal"
                " number on the photographs differs from the bill of lading: EC 004417 against"
                " EC 004471. The inspection report follows.",
            ),
        ),
    ),
    "medellin": (
        Written(
            hours_ago=70,
            author="nl-lo-bog",
            kind="outgoing_message",
            text="Solicitud de confirmación de la dirección en Laureles y de los pasos de frontera"
            " con un segundo pasaporte.",
            said={
                "direction": "out",
                "counterpart": "Policía Nacional, DIJIN",
                "channel": "in_person",
                "channel_reason": "third",
                "language": "es",
            },
        ),
    ),
}
