"""Long forms in sections, so that no field is ever left off the page; and long selects, quick."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ImproperlyConfigured
from django.forms.boundfield import BoundField
from django.forms.utils import flatatt
from django.utils.functional import Promise
from django.utils.safestring import SafeString

_Text = str | Promise


class PlainSelect(forms.Select):
    """A select without groups, written in one go: Django's own takes a template for each option."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """Write it as Django would."""
        chosen = {str(each) for each in self.format_value(value)}
        options = "".join(
            f'<option value="{escape(str(code))}"'
            f"{' selected' if str(code) in chosen else ''}>{escape(str(label))}</option>"
            for code, label in self.choices
        )
        head = flatatt({"name": name, **self.build_attrs(self.attrs, attrs)})
        return SafeString(f"<select{head}>{options}</select>")  # every part is escaped above


@dataclass(frozen=True)
class Section:
    """A headed group of fields."""

    heading: _Text
    help: _Text
    fields: tuple[BoundField, ...]


class SectionedForm(forms.Form):
    """A form whose visible fields are each in exactly one section."""

    sections: ClassVar[tuple[tuple[_Text, _Text, tuple[str, ...]], ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [name for _, _, names in self.sections for name in names]
        hidden = {field.name for field in self.hidden_fields()}
        left_off = set(self.fields) - set(named) - hidden
        if left_off or len(named) != len(set(named)):
            raise ImproperlyConfigured(
                f"{type(self).__name__}: each field in one section; check {sorted(left_off)}"
            )

    def grouped(self) -> Iterator[Section]:
        """Give the sections that have a field left (a form may drop some for a reader)."""
        for heading, help_text, names in self.sections:
            fields = tuple(self[name] for name in names if name in self.fields)
            if fields:
                yield Section(heading, help_text, fields)
