"""Translation catalogues without system gettext: messages from the sources, and compiled files."""

import io
from collections.abc import Iterator
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation.template import templatize

LANGUAGES = ("nl", "fr", "de")  # English is the source
PYTHON_ROOMS = ("accounts", "cases", "lodesk")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def catalogue(language: str) -> Path:
    """The .po file of a language."""
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def compile_all() -> list[Path]:
    """Write the .mo files that are missing or older than their .po; return those written."""
    written = []
    for language in LANGUAGES:
        source = catalogue(language)
        target = source.with_suffix(".mo")
        if not source.exists():
            continue
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        polib.pofile(str(source)).save_as_mofile(str(target))
        written.append(target)
    return written


def sources() -> Iterator[Path]:
    """Python files and templates that may hold messages."""
    base = Path(settings.BASE_DIR)
    for room in PYTHON_ROOMS:
        yield from sorted((base / room).rglob("*.py"))
    yield from sorted(path for path in (base / "templates").rglob("*") if path.is_file())


def messages() -> Iterator[polib.POEntry]:
    """Every message of the sources once, in order of file, with where it stands."""
    from babel.messages.extract import extract  # noqa: PLC0415  (a development tool only)

    base = Path(settings.BASE_DIR)
    found: dict[tuple[str | None, str], polib.POEntry] = {}
    for path in sources():
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            text = _as_python(text, path)
        lines = extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS)
        for _line, message, _comments, context in lines:
            single, plural = message if isinstance(message, tuple) else (message, "")
            entry = found.setdefault((context, single), _entry(single, plural, context))
            place = (str(path.relative_to(base)), "")
            if place not in entry.occurrences:
                entry.occurrences.append(place)
    yield from found.values()


def _as_python(template: str, path: Path) -> str:
    # Django turns a template into pseudo-Python for xgettext; without indentation Babel reads it.
    return "\n".join(line.lstrip() for line in templatize(template, origin=str(path)).splitlines())


def _entry(single: str, plural: str, context: str | None) -> polib.POEntry:
    entry = polib.POEntry(msgid=single, msgctxt=context)
    if plural:
        entry.msgid_plural = plural
        entry.msgstr_plural = {0: "", 1: ""}
    return entry


def merge(language: str) -> tuple[int, int]:
    """Bring a catalogue up to the sources: (messages in all, still without translation)."""
    path = catalogue(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    old = polib.pofile(str(path)) if path.exists() else polib.POFile()
    new = polib.POFile(wrapwidth=100)
    new.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": language,
        "Plural-Forms": f"nplurals=2; plural=(n {'>' if language == 'fr' else '!='} 1);",
    }
    known = {(entry.msgctxt, entry.msgid): entry for entry in old}
    for entry in messages():
        before = known.get((entry.msgctxt, entry.msgid))
        if before is not None:
            entry.msgstr = before.msgstr
            if entry.msgid_plural and before.msgstr_plural:
                entry.msgstr_plural = before.msgstr_plural
        for flag in _flags(entry):
            entry.flags.append(flag)
        new.append(entry)
    new.save(str(path))
    return len(new), len(new.untranslated_entries())


def _flags(entry: polib.POEntry) -> Iterator[str]:
    if "%(" in entry.msgid:
        yield "python-format"
