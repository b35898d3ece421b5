"""Due times follow from the rule and the receipt (Directive (EU) 2023/977, art. 5(1))."""

import zoneinfo
from datetime import UTC, datetime

import pytest

from cases import clocks
from lodesk.ui.frame import Zone

RECEIVED = datetime(2026, 11, 23, 6, 40, tzinfo=UTC)
BRUSSELS = Zone("Brussels", zoneinfo.ZoneInfo("Europe/Brussels"), RECEIVED)
BOGOTA = Zone("Bogotá", zoneinfo.ZoneInfo("America/Bogota"), RECEIVED)


@pytest.mark.parametrize(
    ("rule", "due"),
    [
        ("8h", datetime(2026, 11, 23, 14, 40, tzinfo=UTC)),
        ("3d", datetime(2026, 11, 26, 6, 40, tzinfo=UTC)),
        ("7d", datetime(2026, 11, 30, 6, 40, tzinfo=UTC)),
        ("", None),
    ],
)
def test_a_rule_counts_from_the_receipt(rule: str, due: datetime | None) -> None:
    assert clocks.due(rule, RECEIVED) == due


def test_the_short_form_names_length_receipt_and_article() -> None:
    words = clocks.in_short("8h", RECEIVED, home=BRUSSELS)
    assert words == "8 h from receipt Mon 23 Nov, 07:40 (Brussels), art. 5(1)(a)"


def test_the_explanation_says_both_clocks() -> None:
    lines = clocks.explain("7d", RECEIVED, home=BRUSSELS, here=BOGOTA)
    assert "Directive (EU) 2023/977, art. 5(1)(c)" in lines[1]
    assert lines[0] == "Received: Mon 23 Nov, 07:40 (Brussels) · 01:40 here."
    assert lines[-1] == "Due: Mon 30 Nov, 07:40 (Brussels) · 01:40 here."


def test_what_is_set_by_hand_explains_nothing() -> None:
    assert clocks.in_short("", RECEIVED, home=BRUSSELS) == ""
    assert clocks.explain("", RECEIVED, home=BRUSSELS, here=BOGOTA) == []
