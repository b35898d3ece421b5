"""Checks at the start of every process: better no service than one that sees too much."""

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from lodesk.border.context import APPLICATION_ROLE, acting_as
from lodesk.border.sql import digest

# Whether a role sees past every policy: a superuser, one that bypasses, or an owner of tables.
_LOOKS_PAST = """
SELECT r.rolname, r.rolsuper OR r.rolbypassrls OR EXISTS (
  SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = 'public' AND c.relowner = r.oid)
FROM pg_roles r WHERE r.rolname = {}
"""


def refuse_unsafe_start() -> None:
    """Raise ImproperlyConfigured unless login, role and border are safe to serve with.

    Called by wsgi.py, by the worker and by beat: a Django system check alone stops neither gunicorn
    nor Celery (house.md section 2). The login matters too: what ran outside `acting_as` by mistake
    would run as it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOOKS_PAST.format("session_user"))
        login, looks_past = cursor.fetchone()
    if looks_past:
        raise ImproperlyConfigured(f"the database login {login} could look past the border")
    refuse_unsafe_role()


def refuse_unsafe_role() -> None:
    """Raise ImproperlyConfigured unless queries run as the unprivileged role on today's border."""
    with acting_as(None), connection.cursor() as cursor:
        cursor.execute(_LOOKS_PAST.format("current_user"))
        role, looks_past = cursor.fetchone()
        cursor.execute("SELECT lodesk_border_digest()")
        (installed,) = cursor.fetchone()
    if role != APPLICATION_ROLE or looks_past:
        raise ImproperlyConfigured(f"the database role {role} could look past the border")
    if installed != digest():
        raise ImproperlyConfigured("the border in the database is not this version's: run migrate")
