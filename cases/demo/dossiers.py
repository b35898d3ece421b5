"""Sixteen invented dossiers in Dutch, French and English, as desks would write them."""

from dataclasses import dataclass, field
from typing import Any

HOUR = 60
DAY = 24 * HOUR


@dataclass(frozen=True, kw_only=True)
class Told:
    """A dossier as the story starts. Notes are (hours ago, author, text).

    With a rule among the fields the due time follows from it; else it is given in minutes.
    `clocks` are (kind, rule, text, hours ago, hours ago that it was settled, or None); `pauses` are
    (kind, hours ago, for how many minutes, or None for one that is open, reason).
    """

    key: str
    owner: str
    desk: str
    opener: str
    handler: str
    opened_hours_ago: float
    due_in_minutes: int | None
    fields: dict[str, Any]
    notes: tuple[tuple[float, str, str], ...] = field(default=())
    clocks: tuple[tuple[str, str, str, float, float | None], ...] = field(default=())
    pauses: tuple[tuple[str, float, int | None, str], ...] = field(default=())


def _fields(kind: str, title: str, summary: str, host: str, **more: Any) -> dict[str, Any]:
    base = {
        "kind": kind,
        "title": title,
        "summary": summary,
        "host_country": host,
        "purpose": "investigation",
        "marking": "BPL",
        "language": "en",
        "status": "open",
    }
    return base | more


DOSSIERS = (
    Told(
        key="bananas",
        owner="BE",
        desk="BOG",
        opener="be-lo-bog",
        handler="be-lo-bog",
        opened_hours_ago=6 + 7 / 60,
        due_in_minutes=None,
        fields=_fields(
            "incoming_request",
            "Cocaine in banana containers, Guayaquil–Antwerp",
            "Shipper, consignee and seal numbers of three containers on MV Voorbeeld; who paid the"
            " freight; whether the same shipper used other vessels since August.",
            "EC",
            crime_area="drugs",
            urgency="urgent",
            urgency_ground="relevance",
            facts="Import of cocaine in banana containers, investigation AN-2026-0417; offence"
            " of the Act of 24 February 1921.",
            reasons="The terminal and the port authority register gate-in and seals.",
            due_rule="8h",
            handling_codes=["H1", "H2"],
            requesting_authority="Federal judicial police Antwerp",
            foreign_references="SIENA 4410077",
            next_step="Answer CGI",
        ),
        clocks=(
            ("confirmation", "24h", "Confirm the call to the port authority", 5.5, 4.1),
            ("host_authority", "10wd_host", "Inspection report from the terminal", 5.2, None),
            ("headquarters", "2wd_owner", "May the container be opened?", 4.6, None),
        ),
        pauses=(("clarification", 3.6, 25, ""),),
    ),
    Told(
        key="seals",
        owner="BE",
        desk="BOG",
        opener="be-lo-bog",
        handler="be-lo-bog",
        opened_hours_ago=52,
        due_in_minutes=2 * DAY + 40,
        fields=_fields(
            "seizure",
            "Koelcontainers met gewijzigde zegels, Guayaquil–Antwerpen",
            "Vier koelcontainers kwamen aan met andere zegels dan bij vertrek. Gevraagd: foto's"
            " van de verzegeling bij gate-in en de naam van de transporteur.",
            "EC",
            crime_area="drugs",
            language="nl",
            handling_codes=["H1"],
            requesting_authority="Douane Antwerpen, via CGI",
            next_step="Foto's opvragen bij de terminal",
        ),
        notes=(
            (50, "be-lo-bog", "Foto's van de verzegeling gevraagd aan de terminal in Posorja."),
            (26, "be-hq", "CGI: de onderzoeksrechter verwacht een eerste antwoord deze week."),
        ),
    ),
    Told(
        key="turbo",
        owner="BE",
        desk="BOG",
        opener="be-lo-bog",
        handler="be-lo-bog",
        opened_hours_ago=210,
        due_in_minutes=4 * DAY,
        fields=_fields(
            "spontaneous",
            "Équipe de rip-off à Turbo : dockers cités par une source",
            "Une source cite trois dockers du port de Turbo. Source à protéger : dossier confiné.",
            "CO",
            crime_area="organised",
            language="fr",
            confined=True,
            status="waiting",
            waiting_for="clarification",
            handling_codes=["H1", "H2", "H3"],
            handling_note="Ne rien transmettre à l'autorité locale sans accord écrit de CGI.",
            next_step="Précisions de CGI",
        ),
        notes=((200, "be-lo-bog", "Précisions demandées à CGI sur les dates des chargements."),),
        pauses=(("clarification", 199, None, ""),),
    ),
    Told(
        key="quito",
        owner="BE",
        desk="BOG",
        opener="be-lo2-bog",
        handler="be-lo2-bog",
        opened_hours_ago=120,
        due_in_minutes=None,
        fields=_fields(
            "incoming_request",
            "Société d'exportation : registres de propriété à Quito",
            "Associés et bénéficiaires effectifs de la société d'exportation depuis 2023.",
            "EC",
            crime_area="laundering",
            language="fr",
            due_rule="7d",
            requesting_authority="Police judiciaire fédérale de Liège",
            next_step="Relancer le registre",
        ),
        notes=((96, "be-lo2-bog", "Demande déposée au registre des sociétés de Quito."),),
    ),
    Told(
        key="judge",
        owner="BE",
        desk="BOG",
        opener="be-hq",
        handler="be-head-bog",
        opened_hours_ago=320,
        due_in_minutes=7 * DAY,
        fields=_fields(
            "visit",
            "Visite de la juge d'instruction à Bogotá, 8–10 décembre",
            "Commission rogatoire : programme, interprète et rendez-vous au parquet.",
            "CO",
            language="fr",
            next_step="Envoyer le programme",
        ),
        notes=((72, "be-head-bog", "Rendez-vous confirmé au parquet pour le 9 décembre à 9 h."),),
    ),
    Told(
        key="medellin",
        owner="NL",
        desk="BOG",
        opener="nl-lo-bog",
        handler="nl-lo-bog",
        opened_hours_ago=74 + 7 / 60,
        due_in_minutes=None,
        fields=_fields(
            "fugitive",
            "Fugitive: last known address in Medellín",
            "The fugitive was seen in the district of Laureles in October. Asked: confirm the"
            " address, and whether a second passport was used at the border.",
            "CO",
            crime_area="murder",
            urgency="urgent",
            due_rule="3d",
            requesting_authority="Team fugitive search, through LIRC",
            next_step="Answer LIRC",
        ),
        notes=((30, "nl-lo-bog", "Photograph shown to two witnesses; one is certain."),),
    ),
    Told(
        key="rotterdam",
        owner="NL",
        desk="BOG",
        opener="nl-lo-bog",
        handler="nl-lo-bog",
        opened_hours_ago=44,
        due_in_minutes=6 * HOUR + 40,
        fields=_fields(
            "seizure",
            "Container CSQU 305438 3: foto's van de verzegeling voor Rotterdam",
            "De douane in Guayaquil maakte foto's van drie verzegelingen. Twee nummers wijken af"
            " van de vrachtbrief.",
            "EC",
            crime_area="drugs",
            language="nl",
            handling_codes=["H2"],
            requesting_authority="Eenheid Rotterdam, HARC-team",
            next_step="Gesprek schriftelijk bevestigen",
        ),
        notes=(
            (40, "nl-lo-bog", "Gebeld met de douane: het onderzoeksrapport is toegezegd."),
            (18, "nl-hq", "LIRC: graag de foto's in de oorspronkelijke resolutie."),
        ),
    ),
    Told(
        key="cartagena",
        owner="NL",
        desk="BOG",
        opener="nl-hq",
        handler="nl-lo-bog",
        opened_hours_ago=20,
        due_in_minutes=7 * HOUR + 48,
        fields=_fields(
            "missing_person",
            "Missing person: last contact in Cartagena",
            "A student of 23 last called home from Cartagena. The family reported her missing in"
            " Utrecht.",
            "CO",
            purpose="protection",
            urgency="urgent",
            requesting_authority="Unit Midden-Nederland, through LIRC",
            next_step="Call the prosecutor's office",
        ),
        notes=((8, "nl-lo-bog", "The hostel confirms she left on foot on Saturday morning."),),
        clocks=(("first_look", "1h", "", 20, 19.4),),
    ),
    Told(
        key="passport",
        owner="NL",
        desk="BOG",
        opener="nl-lo2-bog",
        handler="nl-lo2-bog",
        opened_hours_ago=180,
        due_in_minutes=2 * DAY + 6 * HOUR,
        fields=_fields(
            "fugitive",
            "Voortvluchtige: gebruik van een tweede paspoort",
            "Gevraagd: in- en uitreisgegevens op beide paspoortnummers sinds januari.",
            "CO",
            language="nl",
            status="waiting",
            waiting_for="host_authority",
            next_step="Antwoord van Migración Colombia",
        ),
        notes=((160, "nl-lo2-bog", "Verzoek overhandigd aan Migración Colombia."),),
    ),
    Told(
        key="xray",
        owner="NL",
        desk="BOG",
        opener="nl-hq",
        handler="",
        opened_hours_ago=9,
        due_in_minutes=21 * HOUR + 18,
        fields=_fields(
            "incoming_request",
            "Container XMPU 120045 9: X-ray images asked by customs",
            "Customs in Rotterdam ask for the X-ray images made before loading in Buenaventura.",
            "CO",
            crime_area="drugs",
            requesting_authority="Customs Rotterdam, through LIRC",
            next_step="Take it over",
        ),
    ),
    Told(
        key="coca",
        owner="NL",
        desk="BOG",
        opener="nl-head-bog",
        handler="nl-head-bog",
        opened_hours_ago=400,
        due_in_minutes=22 * DAY,
        fields=_fields(
            "strategic",
            "Strategic report: coca paste routes to the Pacific coast",
            "Yearly picture for LIRC: routes, prices, changes of law in Colombia and Ecuador.",
            "CO",
            purpose="prevention",
            status="draft",
            next_step="Draft for LIRC",
        ),
    ),
    Told(
        key="laundering",
        owner="LU",
        desk="BOG",
        opener="lu-hq",
        handler="",
        opened_hours_ago=190,
        due_in_minutes=-(23 * HOUR + 12),
        fields=_fields(
            "outgoing_request",
            "Blanchiment : titulaires des comptes de deux sociétés commerciales",
            "Le parquet de Luxembourg demande l'identité des titulaires des comptes de deux"
            " sociétés commerciales établies à Guayaquil.",
            "EC",
            crime_area="laundering",
            language="fr",
            status="waiting",
            waiting_for="host_authority",
            handling_codes=["H1", "H2"],
            requesting_authority="Parquet de Luxembourg, par la DRI",
            next_step="Rappeler l'autorité d'accueil",
        ),
        notes=((188, "lu-hq", "Autorisation judiciaire jointe par le parquet le 12 novembre."),),
    ),
    Told(
        key="santos",
        owner="BE",
        desk="BSB",
        opener="be-lo-bsb",
        handler="be-lo-bsb",
        opened_hours_ago=96,
        due_in_minutes=9 * DAY,
        fields=_fields(
            "seizure",
            "Saisie de 1 284 kg à Santos : suivi des scellés",
            "Échantillons et scellés à transmettre à l'expert désigné à Anvers.",
            "BR",
            crime_area="drugs",
            language="fr",
            next_step="Demander le rapport d'expertise",
        ),
        notes=((70, "be-lo-bsb", "La Polícia Federal remettra les échantillons sur place."),),
    ),
    Told(
        key="recife",
        owner="NL",
        desk="BSB",
        opener="nl-lo-bsb",
        handler="nl-lo-bsb",
        opened_hours_ago=30,
        due_in_minutes=3 * DAY,
        fields=_fields(
            "missing_person",
            "Vermiste zeeman: laatste contact in Recife",
            "Bemanningslid van MV Voorbeeld keerde niet terug aan boord.",
            "BR",
            purpose="protection",
            language="nl",
            next_step="Havenpolitie bellen",
        ),
    ),
    Told(
        key="ghent",
        owner="BE",
        desk="TIA",
        opener="be-lo-tia",
        handler="be-lo-tia",
        opened_hours_ago=162 + 40 / 60,
        due_in_minutes=None,
        fields=_fields(
            "incoming_request",
            "Voertuigen: inschrijvingen in Durrës na diefstal in Gent",
            "Gevraagd: inschrijving en eigenaar van zes voertuigen, vermoedelijk via Bari.",
            "AL",
            crime_area="vehicles",
            language="nl",
            due_rule="7d",
            requesting_authority="Federale gerechtelijke politie Oost-Vlaanderen",
            next_step="CGI antwoorden",
        ),
        notes=((24, "be-lo-tia", "Vier van de zes voertuigen staan ingeschreven in Durrës."),),
    ),
    Told(
        key="durres",
        owner="NL",
        desk="TIA",
        opener="nl-lo-tia",
        handler="nl-lo-tia",
        opened_hours_ago=260,
        due_in_minutes=-(3 * DAY),
        fields=_fields(
            "assistance",
            "Drugslaboratorium bij Durrës: leverancier van chemicaliën",
            "Facturen van de leverancier en monsters van het laboratorium.",
            "AL",
            crime_area="drugs",
            language="nl",
            next_step="LIRC antwoorden",
        ),
        notes=((100, "nl-lo-tia", "Monsters overgedragen aan het NFI, bewijs van afgifte volgt."),),
    ),
)
