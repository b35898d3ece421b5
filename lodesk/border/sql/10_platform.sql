-- The platform's part of the border: who acts, and the tables Django itself needs.
-- Applied after every migrate, in one transaction; see lodesk/border/sql/__init__.py.
-- There are no default privileges: a table that no file here opens is closed to lodesk_app.

CREATE TABLE IF NOT EXISTS lodesk_border (digest text NOT NULL);
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM lodesk_app, PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM lodesk_app, PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM lodesk_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM lodesk_app, PUBLIC;
GRANT USAGE ON SCHEMA public TO lodesk_app;
-- A temporary table stands before ours in every search path, pinned or not: nobody makes one.
DO $$ BEGIN
  EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC, lodesk_app', current_database());
END $$;

-- What the application said in this transaction. Empty text is nobody: see trap 8 in house.md.
CREATE OR REPLACE FUNCTION lodesk_me() RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT NULLIF(current_setting('lodesk.user_id', true), '')::integer
$$;

CREATE OR REPLACE FUNCTION lodesk_country() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT NULLIF(current_setting('lodesk.country', true), '')
$$;

-- Which border is installed. Safe: one hash, no data.
CREATE OR REPLACE FUNCTION lodesk_border_digest() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT digest FROM lodesk_border
$$;

-- Sessions: no right on the table, three functions that take the hashed key.
-- Safe: whoever does not know a key learns nothing, and cannot list or change any.
CREATE OR REPLACE FUNCTION lodesk_session_read(key text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT session_data FROM django_session WHERE session_key = key AND expire_date > now()
$$;

CREATE OR REPLACE FUNCTION lodesk_session_write(
  key text, content text, expires timestamptz, fresh boolean
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF fresh THEN
    INSERT INTO django_session (session_key, session_data, expire_date)
    VALUES (key, content, expires) ON CONFLICT (session_key) DO NOTHING;
  ELSE
    UPDATE django_session SET session_data = content, expire_date = expires
    WHERE session_key = key;
  END IF;
  RETURN FOUND;
END $$;

CREATE OR REPLACE FUNCTION lodesk_session_forget(key text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  DELETE FROM django_session WHERE session_key = key
$$;

CREATE OR REPLACE FUNCTION lodesk_sessions_forget() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  DELETE FROM django_session WHERE expire_date < now()
$$;

-- Names of kinds and permissions: no data of a case.
GRANT SELECT ON django_content_type, auth_permission, auth_group TO lodesk_app;
