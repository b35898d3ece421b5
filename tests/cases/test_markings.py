"""Classified input is refused at entry, with advice (domain.md section 5)."""

import pytest
from django.core.exceptions import ValidationError

from cases.forms import markings


@pytest.mark.parametrize(
    "text",
    [
        "NATO SECRET annex",
        "see EU RESTRICTED paper 4",
        "RESTREINT UE",
        "Rapport SECRET LUX 12",
        "Dep. VERTROUWELIJK, bijlage",
        "nota Stg. GEHEIM",
        "BE VERTROUWELIJK",
        "BE-CONFIDENTIEL",
        "COSMIC TOP SECRET",
        "VS-NUR FÜR DEN DIENSTGEBRAUCH",
    ],
)
def test_a_clear_mark_is_refused_with_advice(text: str) -> None:
    with pytest.raises(ValidationError, match="national channel"):
        markings.unclassified(text)


@pytest.mark.parametrize(
    "text",
    [
        "The secret compartment of the container",
        "A NATO secretary was told",
        "vertrouwelijk gesprek",  # a bare word is no mark: it means two levels in two countries
        "GEHEIM",
        "BEPERKT aantal",
        "Department V of the port",
    ],
)
def test_ordinary_words_pass(text: str) -> None:
    markings.unclassified(text)


def test_every_classification_offered_is_refused() -> None:
    for code in markings.CLASSIFIED:
        with pytest.raises(ValidationError, match="nothing classified"):
            markings.refuse_classified(code)


@pytest.mark.parametrize("code", ["", "BPL", "BE-BV"])
def test_what_the_system_may_hold_passes(code: str) -> None:
    assert markings.refuse_classified(code) == code


def test_no_classification_is_shown_as_the_bare_false_friend() -> None:
    assert all(
        label.split()[0] not in ("VERTROUWELIJK", "GEHEIM")
        for label in markings.CLASSIFIED.values()
    )
