"""What one can follow and fill in on a page: its links and its forms, as a browser finds them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """A form: where it goes, and the names in it with the values one can choose."""

    method: str
    action: str
    choices: dict[str, list[str]] = field(default_factory=dict)  # selects, radios, boxes, buttons
    typed: dict[str, str] = field(default_factory=dict)  # what one types, and what stands there
    hidden: dict[str, str] = field(default_factory=dict)


@dataclass
class Markup:
    """The links and forms of a page."""

    links: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)


def read(text: str) -> Markup:
    """Find the links and forms of a page."""
    reader = _Reader()
    reader.feed(text)
    return reader.found


CHOSEN = {"radio", "checkbox", "submit", "button"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found = Markup()
        self._select = ""
        self._form: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in values:
            self.found.links.append(values["href"])
        elif tag == "form":
            self._form = Form(values.get("method", "get").lower(), values.get("action", ""))
            self.found.forms.append(self._form)
        elif self._form is not None:
            self._field(self._form, tag, values)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""

    def _field(self, form: Form, tag: str, values: dict[str, str]) -> None:
        name, kind = values.get("name", ""), values.get("type", "text")
        if tag == "select":
            self._select = name
        elif tag == "option":
            form.choices.setdefault(self._select, []).append(values.get("value", ""))
        elif not name:
            return
        elif tag == "button" or (tag == "input" and kind in CHOSEN):
            form.choices.setdefault(name, []).append(values.get("value", "on"))
        elif tag == "input" and kind == "hidden":
            form.hidden[name] = values.get("value", "")
        elif tag in ("input", "textarea"):
            form.typed[name] = values.get("value", "")
