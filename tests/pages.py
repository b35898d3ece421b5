"""Reading and filling in pages as a browser would."""

import re
from typing import Any

from django import forms
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags

from cases import codes

# Every question of every checklist of a handover, ticked.
CHECKED = {f"check_{each.value}": "on" for each in codes.EVERY_CHECK}


def filled(page: Any, form: str = "form", **changes: Any) -> dict[str, Any]:
    """What a browser would send from a form of this page, with some fields changed.

    A field that is None is not sent at all, like an unticked box.
    """
    found: forms.Form = page.context[form]
    with timezone.override(page.context["frame"].here.tz):
        values = {field.html_name: _sent(field) for field in found}
    prefixed = {found.add_prefix(name): value for name, value in changes.items()}
    return {name: value for name, value in (values | prefixed).items() if value is not None}


def _sent(field: forms.BoundField) -> Any:
    value, widget = field.value(), field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "on" if value else None
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return list(value or [])
    if isinstance(widget, forms.RadioSelect | forms.Select):
        return _chosen(value, widget)
    written = widget.format_value(value)
    return "" if written is None else written


def _chosen(value: Any, widget: forms.Select | forms.RadioSelect) -> Any:
    if value not in (None, ""):
        return str(value)
    if isinstance(widget, forms.RadioSelect):
        return None
    first = next((choice for choice, _label in widget.choices), "")
    return "" if first == "" or not isinstance(first, str) else first


def text_of(response: HttpResponse) -> str:
    """The words of a page, without markup."""
    return re.sub(r"\s+", " ", strip_tags(response.content.decode()))


def local(moment: Any) -> str:
    """A moment as `<input type="datetime-local">` sends it; `moment` is in the reader's zone."""
    return str(moment.strftime("%Y-%m-%dT%H:%M"))


def queries_of(client: Client, path: str) -> int:
    """How many queries a page asks, the second time it is opened."""
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)
