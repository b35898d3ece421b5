"""Selects written in one go are what Django would have written."""

import pytest
from django import forms
from django.test.html import parse_html

from lodesk.ui.forms import PlainSelect

CHOICES = [("", "All"), ("a", "A & B"), ('"b"', "<b>bold</b>"), (3, "three")]


@pytest.mark.parametrize("value", [None, "", "a", '"b"', 3, "3", "gone", "<script>"])
@pytest.mark.parametrize("attrs", [{}, {"id": "id_x", "required": True, "data-key": '"><i>'}])
def test_it_is_the_same_select(value: object, attrs: dict[str, object]) -> None:
    plain, own = (
        kind(choices=CHOICES).render("which", value, attrs) for kind in (PlainSelect, forms.Select)
    )
    assert parse_html(plain) == parse_html(own)
    assert "<b>" not in plain
    assert "<i>" not in plain
