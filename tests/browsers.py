"""The browser of the tests: a Django client that checks every page it is given.

House rules of house.md section 6, number 6; the checks run a thousand times for free.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from django.http import HttpResponse
from django.test import Client, TestCase
from zeal import zeal_context

TEMPLATE_REMAINS = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")
NAMED_ELSEWHERE = {"hidden", "submit", "button", "reset", "image"}


class HouseClient(Client):
    """A browser: what waits for the commit runs, and no page breaks a rule of the house."""

    def __init__(self, *, canaries: Sequence[str] = (), **options: Any) -> None:
        super().__init__(**options)
        self.canaries = canaries

    def request(self, **request: Any) -> HttpResponse:
        """Ask for a page, and look at it."""
        with zeal_context(), TestCase.captureOnCommitCallbacks(execute=True):
            response = super().request(**request)
        check_answer(response, canaries=self.canaries)
        return response


def check_answer(response: HttpResponse, *, canaries: Sequence[str] = ()) -> None:
    """Raise AssertionError when an answer shows a canary or is HTML that breaks a rule."""
    if response.streaming:
        return
    charset = response.charset or "utf-8"
    text = response.content.decode(charset, errors="replace")
    told = text + "".join(f"{name}: {value}" for name, value in response.headers.items())
    shown = [word for word in canaries if word in told]
    assert not shown, f"the answer shows what nobody may see: {shown}"
    if response.headers.get("Content-Type", "").startswith("text/html") and text.strip():
        broken = list(broken_rules(text))
        assert not broken, "\n".join([f"{response.request['PATH_INFO']}:", *broken])


def broken_rules(text: str) -> Iterator[str]:
    """The rules of the house that a page, or a part of one, breaks."""
    whole = text.lstrip()[:9].lower() == "<!doctype"
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(text) if whole else parser.parseFragment(_in_context(text))
    yield from _nesting(text, parser, whole=whole)
    elements = [each for each in tree.iter() if isinstance(each.tag, str)]
    if whole:
        yield from _document(tree)
    yield from _inline(elements)
    yield from _labels(tree, elements)
    yield from _identifiers(elements)
    yield from (f"left of a template: {match[0]}" for match in TEMPLATE_REMAINS.finditer(text))


def _in_context(text: str) -> str:
    # Rows alone are not a fragment of a page but of a table.
    start = text.lstrip()[:7].lower()
    if start.startswith(("<tr", "<tbody", "<thead")):
        return f"<table>{text}</table>"
    return text


def _nesting(text: str, parser: html5lib.HTMLParser, *, whole: bool) -> Iterator[str]:
    lines = text.splitlines()
    for (line, _column), code, facts in parser.errors:
        if not whole and code == "expected-doctype-but-got-start-tag":
            continue
        source = lines[line - 1].strip()[:120] if 0 < line <= len(lines) else ""
        yield f"not valid: {code} {facts} in line {line}: {source}"


def _document(tree: Element) -> Iterator[str]:
    if not tree.get("lang"):
        yield "the page does not say its language"
    headings = list(tree.iter("h1"))
    if len(headings) != 1:
        yield f"{len(headings)} h1 instead of one"
    title = tree.find(".//title")
    if title is None or not (title.text or "").strip():
        yield "the page has no title"


def _inline(elements: list[Element]) -> Iterator[str]:
    for each in elements:
        if each.tag == "style" or (each.tag == "script" and not each.get("src")):
            yield f"inline <{each.tag}>"
        for name, value in each.attrib.items():
            if name.startswith("on") or name == "style":
                yield f"inline {name} on <{each.tag}>"
            if value.strip().lower().startswith("javascript:"):
                yield f"script in {name} of <{each.tag}>"


def _labels(tree: Element, elements: list[Element]) -> Iterator[str]:
    named = {label.get("for") for label in tree.iter("label")}
    wrapped = {id(field) for label in tree.iter("label") for field in label.iter()}
    for each in elements:
        if each.tag not in ("input", "select", "textarea"):
            continue
        if each.tag == "input" and each.get("type", "text") in NAMED_ELSEWHERE:
            continue
        has_label = each.get("id") in named or id(each) in wrapped
        if not (has_label or each.get("aria-label") or each.get("aria-labelledby")):
            yield f"no label: <{each.tag} name={each.get('name')}>"


def _identifiers(elements: list[Element]) -> Iterator[str]:
    seen: set[str] = set()
    for each in elements:
        name = each.get("id")
        if name in seen:
            yield f"id {name} twice"
        if name:
            seen.add(name)
