"""What a page's forms would send as they stand: the fingers of a person who measures.

Read with the parser of the standard library: the driver shares two cores with what it measures.
"""

from html.parser import HTMLParser
from typing import Any

Values = dict[str, Any]  # a name, and its value or values
SILENT = ("submit", "button", "file", "image", "reset")


def form_values(page: str, *, holding: str) -> Values:
    """Names and values of the form that has a field of this name. Raises LookupError without."""
    reader = _Reader()
    reader.feed(page)
    for values in reader.forms:
        if holding in values:
            return values
    raise LookupError(f"no form with {holding}")


class _Reader(HTMLParser):
    """Collects the fields of every form."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Values] = []
        self._inside = False
        self._list = ""  # the name of the select that is open
        self._text: tuple[str, list[str]] | None = None  # of the textarea that is open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form or a field of the one that is open."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = True
            self.forms.append({})
        elif self._inside and tag == "option" and self._list:
            if "selected" in given or self._list not in self.forms[-1]:
                self.forms[-1][self._list] = given.get("value", "")
        elif self._inside and given.get("name") and "disabled" not in given:
            self._field(tag, given)

    def handle_endtag(self, tag: str) -> None:
        """Close what is open."""
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._list = ""
        elif tag == "textarea" and self._text:
            name, parts = self._text
            self.forms[-1][name] = "".join(parts).removeprefix("\n")
            self._text = None

    def handle_data(self, data: str) -> None:
        """Text of a textarea."""
        if self._text:
            self._text[1].append(data)

    def _field(self, tag: str, given: dict[str, str]) -> None:
        values, name = self.forms[-1], given["name"]
        kind = given.get("type", "text")
        if tag == "textarea":
            self._text = (name, [])
        elif tag == "select":
            self._list = name
        elif tag == "input" and kind == "checkbox":
            values.setdefault(name, [])
            if "checked" in given:
                values[name].append(given.get("value", "on"))
        elif tag == "input" and kind == "radio":
            values.setdefault(name, "")
            if "checked" in given:
                values[name] = given.get("value", "on")
        elif tag == "input" and kind not in SILENT:
            values[name] = given.get("value", "")
