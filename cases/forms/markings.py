"""Classified input is refused at entry, with advice on the right channel (domain.md section 5).

A classification is always named with its country: the Dutch Dep. VERTROUWELIJK is about an EU
RESTRICTED, the Belgian VERTROUWELIJK about an EU CONFIDENTIAL.
"""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models.dossiers import Marking

# Names of classifications are not translated: they are marks on paper.
CLASSIFIED = {
    "EU-R": "EU RESTRICTED / RESTREINT UE",
    "EU-C": "EU CONFIDENTIAL / CONFIDENTIEL UE",
    "EU-S": "EU SECRET / SECRET UE",
    "EU-TS": "EU TOP SECRET / TRÈS SECRET UE",
    "BE-R": "BE RESTREINT / BEPERKT ≈ EU-R",
    "BE-C": "BE CONFIDENTIEL / VERTROUWELIJK ≈ EU-C",
    "BE-S": "BE SECRET / GEHEIM ≈ EU-S",
    "BE-TS": "BE TRÈS SECRET / ZEER GEHEIM ≈ EU-TS",
    "NL-DV": "NL Dep. VERTROUWELIJK ≈ EU-R",
    "NL-SC": "NL Stg. CONFIDENTIEEL ≈ EU-C",
    "NL-SG": "NL Stg. GEHEIM ≈ EU-S",
    "NL-SZG": "NL Stg. ZEER GEHEIM ≈ EU-TS",
    "LU-R": "RESTREINT LUX ≈ EU-R",
    "LU-C": "CONFIDENTIEL LUX ≈ EU-C",
    "LU-S": "SECRET LUX ≈ EU-S",
    "LU-TS": "TRES SECRET LUX ≈ EU-TS",
    "NATO-R": "NATO RESTRICTED",
    "NATO-C": "NATO CONFIDENTIAL",
    "NATO-S": "NATO SECRET",
    "NATO-CTS": "COSMIC TOP SECRET",
}

# Marks as they stand on paper, in capitals. A bare SECRET or VERTROUWELIJK is no clear mark.
_ON_PAPER = re.compile(
    r"\b(?:NATO|EU|OTAN)[ -](?:TOP SECRET|SECRET|CONFIDENTIAL|RESTRICTED)\b"
    r"|\bCOSMIC TOP SECRET\b"
    r"|\b(?:TR[ÈE]S SECRET|SECRET|CONFIDENTIEL|RESTREINT)[ -](?:UE|LUX)\b"
    r"|\bBE[ -](?:RESTREINT|BEPERKT|CONFIDENTIEL|VERTROUWELIJK|SECRET|GEHEIM|TR[ÈE]S SECRET"
    r"|ZEER GEHEIM)\b"
    r"|\b(?:Dep|DEP)\.? ?(?:V\b|VERTROUWELIJK\b)"
    r"|\b(?:Stg|STG)\.? ?(?:ZEER GEHEIM|GEHEIM|CONFIDENTIEEL)\b"
    r"|\b(?:STRENG GEHEIM|VS-VERTRAULICH|VS-NUR FÜR DEN DIENSTGEBRAUCH|VS-NfD)(?!\w)"
)


def choices() -> list[Any]:
    """What may be held, and below it what may not: so that who looks for it finds the advice."""
    refused = list(CLASSIFIED.items())
    return [*Marking.choices, (gettext_lazy("Classified: does not belong here"), refused)]


def advice(mark: str) -> str:
    """Say where something classified goes instead."""
    return _(
        "LO Desk holds nothing classified, and this is %(mark)s. Use the approved national"
        " channel for that level, or ask the security officer of the embassy. Write here only"
        " that a classified message exists, and its number."
    ) % {"mark": mark}


def refuse_classified(code: str) -> str:
    """Give a marking that may be held back. Raises ValidationError for a classification."""
    if code in CLASSIFIED:
        raise ValidationError(advice(CLASSIFIED[code]), code="classified")
    return code


def unclassified(text: str) -> None:
    """Refuse a text that carries the mark of a classification."""
    found = _ON_PAPER.search(text)
    if found:
        raise ValidationError(advice(found[0]), code="classified")
