"""Rules of the house that no single page or table can keep by itself (house.md section 6)."""

import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from cases.management.commands.verify_border import OPEN_TABLES
from lodesk.border import sql, start
from lodesk.ui import catalogues

BASE = Path(settings.BASE_DIR)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")
# Templates that a library asks for by name.
ASKED_BY_LIBRARIES = {
    "account/login.html",
    "account/logout.html",
    "django/forms/field.html",
    "400.html",
    "403.html",
    "404.html",
    "500.html",
}


# Words ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_every_message_of_the_sources_is_translated(language: str) -> None:
    known = {
        (entry.msgctxt, entry.msgid): entry
        for entry in polib.pofile(str(catalogues.catalogue(language)))
        if entry.translated()
    }
    missing = [each.msgid for each in catalogues.messages() if _key(each) not in known]
    assert not missing


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_no_translation_is_fuzzy_or_changes_a_placeholder(language: str) -> None:
    wrong = []
    for entry in polib.pofile(str(catalogues.catalogue(language))):
        wanted = set(PLACEHOLDER.findall(entry.msgid + (entry.msgid_plural or "")))
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            if text and set(PLACEHOLDER.findall(text)) - wanted:
                wrong.append(entry.msgid)
        if "fuzzy" in entry.flags or (
            entry.msgstr and set(PLACEHOLDER.findall(entry.msgstr)) != wanted
        ):
            wrong.append(entry.msgid)
    assert not wrong


def _key(entry: polib.POEntry) -> tuple[str | None, str]:
    return entry.msgctxt, entry.msgid


# Templates --------------------------------------------------------------------------------


def test_every_template_is_used() -> None:
    folder = BASE / "templates"
    sources = [*folder.rglob("*.html"), *folder.rglob("*.txt")]
    text = "\n".join(path.read_text() for path in [*sources, *catalogues.sources()])
    names = {str(path.relative_to(folder)) for path in sources} - ASKED_BY_LIBRARIES
    unused = {name for name in names if not _named(name, text)}
    assert not {name for name in unused if not name.startswith("django/forms/")}


def _named(name: str, text: str) -> bool:
    return f'"{name}' in text or f"'{name}" in text


# The border's files and what they install -------------------------------------------------


@pytest.mark.django_db
def test_every_table_has_row_level_security_or_is_known_to_be_open() -> None:
    open_tables = _rows(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind = 'r' AND NOT relrowsecurity"
        " AND has_table_privilege('lodesk_app', oid, 'SELECT,INSERT,UPDATE,DELETE')"
    )
    assert {name for (name,) in open_tables} == set(OPEN_TABLES)


@pytest.mark.django_db
def test_the_application_has_exactly_these_rights_to_write() -> None:
    written = _rows(
        "SELECT DISTINCT table_name, privilege_type FROM information_schema.column_privileges"
        " WHERE grantee = 'lodesk_app' AND privilege_type <> 'SELECT' AND table_schema = 'public'"
        " UNION SELECT table_name, privilege_type FROM information_schema.table_privileges"
        " WHERE grantee = 'lodesk_app' AND privilege_type <> 'SELECT' AND table_schema = 'public'"
    )
    assert set(written) == {
        ("accounts_absence", "INSERT"),
        ("accounts_absence", "UPDATE"),
        ("accounts_duty", "INSERT"),
        ("accounts_duty", "UPDATE"),
        ("accounts_user", "UPDATE"),
        ("alerts_alert", "INSERT"),
        ("alerts_alert", "UPDATE"),
        ("alerts_mailpreference", "INSERT"),
        ("alerts_mailpreference", "UPDATE"),
        ("audit_logrow", "INSERT"),
        ("cases_clock", "INSERT"),
        ("cases_clock", "UPDATE"),
        ("cases_clockinterval", "INSERT"),
        ("cases_clockinterval", "UPDATE"),
        ("cases_connection", "INSERT"),
        ("cases_contact", "INSERT"),
        ("cases_document", "INSERT"),
        ("cases_document", "UPDATE"),
        ("cases_documentversion", "INSERT"),
        ("cases_dossier", "INSERT"),
        ("cases_dossier", "UPDATE"),
        ("cases_draft", "INSERT"),
        ("cases_draft", "UPDATE"),
        ("cases_entry", "INSERT"),
        ("cases_export", "INSERT"),
        ("cases_export", "UPDATE"),
        ("cases_handover", "INSERT"),
        ("cases_handover", "UPDATE"),
        ("cases_identifier", "INSERT"),
        ("cases_link", "INSERT"),
        ("cases_link", "UPDATE"),
        ("cases_mandate", "INSERT"),
        ("cases_mandate", "UPDATE"),
        ("cases_project", "INSERT"),
        ("cases_project", "UPDATE"),
        ("cases_projectdossier", "INSERT"),
        ("cases_projectdossier", "UPDATE"),
        ("cases_projectmember", "INSERT"),
        ("cases_projectmember", "UPDATE"),
        ("cases_rotation", "INSERT"),
        ("cases_rotation", "UPDATE"),
        ("cases_rotationline", "INSERT"),
        ("cases_rotationline", "UPDATE"),
        ("cases_savedview", "INSERT"),
        ("cases_savedview", "UPDATE"),
        ("cases_standin", "INSERT"),
        ("cases_standin", "UPDATE"),
        ("cases_task", "INSERT"),
        ("cases_task", "UPDATE"),
        ("cases_template", "INSERT"),
        ("cases_template", "UPDATE"),
        ("cases_translation", "INSERT"),
        ("cases_party", "INSERT"),
        ("cases_upload", "INSERT"),
        ("cases_upload", "UPDATE"),
        ("cases_visit", "INSERT"),
        ("cases_visit", "UPDATE"),
    }


@pytest.mark.django_db
def test_a_new_table_is_closed_until_a_file_opens_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE cases_forgotten (id integer)")
    (found,) = _rows(
        "SELECT has_table_privilege('lodesk_app', 'cases_forgotten', 'SELECT,INSERT,UPDATE,DELETE')"
    )
    assert found == (False,)


@pytest.mark.django_db
def test_every_definer_function_has_a_pinned_search_path() -> None:
    loose = _rows(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
        " AND NOT COALESCE(proconfig @> ARRAY['search_path=pg_catalog, public'], false)"
    )
    assert loose == []


def test_every_definer_function_says_in_its_file_why_it_is_safe() -> None:
    unexplained = [
        name
        for name, comment in _definers()
        if not re.search(r"Safe:|Internal\.|Not for the application", comment)
    ]
    assert not unexplained


def test_every_definer_that_is_not_explained_as_safe_is_closed_to_the_application() -> None:
    text = sql.text()
    for name, comment in _definers():
        if "Internal." in comment or "Not for the application" in comment:
            assert re.search(rf"REVOKE (EXECUTE|ALL) ON FUNCTION {name}\b", text), name


def _definers() -> Iterator[tuple[str, str]]:
    """Name and comment above of every SECURITY DEFINER function that is no trigger."""
    pattern = re.compile(
        r"((?:^--[^\n]*\n)+)(?:DROP FUNCTION[^\n]*\n)?CREATE (?:OR REPLACE )?FUNCTION (\w+)"
        r"((?:(?!CREATE )[\s\S])*?)\$\$",
        re.MULTILINE,
    )
    for comment, name, head in pattern.findall(sql.text()):
        if "SECURITY DEFINER" in head and "RETURNS trigger" not in head:
            yield name, comment


@pytest.mark.django_db
def test_the_applications_role_owns_nothing_and_bypasses_nothing() -> None:
    ((owns, is_super, bypasses),) = _rows(
        "SELECT EXISTS (SELECT FROM pg_class WHERE relowner = r.oid), rolsuper, rolbypassrls"
        " FROM pg_roles r WHERE rolname = 'lodesk_app'"
    )
    assert (owns, is_super, bypasses) == (False, False, False)


@pytest.mark.django_db
def test_the_owner_is_a_member_of_the_application_never_the_reverse() -> None:
    found = _rows(
        "SELECT pg_has_role('lodesk_owner', 'lodesk_app', 'MEMBER'),"
        " pg_has_role('lodesk_app', 'lodesk_owner', 'MEMBER')"
    )
    assert found == [(True, False)]


@pytest.mark.django_db
def test_a_process_refuses_to_start_on_another_border(monkeypatch: pytest.MonkeyPatch) -> None:
    start.refuse_unsafe_role()
    monkeypatch.setattr(start, "digest", lambda: "another")
    with pytest.raises(ImproperlyConfigured, match="run migrate"):
        start.refuse_unsafe_role()


@pytest.mark.django_db
def test_a_process_refuses_to_start_as_somebody_who_owns_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE cases_mine (id integer)")
        cursor.execute("GRANT CREATE ON SCHEMA public TO lodesk_app")
        cursor.execute("ALTER TABLE cases_mine OWNER TO lodesk_app")
    with pytest.raises(ImproperlyConfigured, match="past the border"):
        start.refuse_unsafe_role()


@pytest.mark.django_db
def test_the_border_can_be_applied_again_and_is_the_same() -> None:
    before = _installed()
    sql.apply()
    assert _installed() == before


def _installed() -> list[tuple[object, ...]]:
    return _rows(
        "SELECT 'policy', polname, pg_get_expr(polqual, polrelid), polrelid::regclass::text"
        " FROM pg_policy UNION ALL"
        " SELECT 'function', proname, prosrc, prosecdef::text FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace UNION ALL"
        " SELECT 'trigger', tgname, tgenabled::text, tgrelid::regclass::text FROM pg_trigger"
        " WHERE NOT tgisinternal ORDER BY 1, 2, 4, 3"
    )


def _rows(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()
