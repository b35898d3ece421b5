-- The two roles of LO Desk and their rights on the database itself.
--
-- Run as a superuser, connected to the (new, empty) database of LO Desk. May be run again at any
-- time: it changes what has drifted and adds nothing twice. Passwords are not set here: on a real
-- server say ALTER ROLE … PASSWORD, or use certificates (docs/operations.md). Rights on tables are
-- not given here either: those are opened one by one by the files in <app>/sql/.

DO $roles$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lodesk_app') THEN
    CREATE ROLE lodesk_app;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lodesk_owner') THEN
    CREATE ROLE lodesk_owner;
  END IF;
END
$roles$;

-- Serves the site. Owns nothing, is under every row policy, creates nothing.
ALTER ROLE lodesk_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION INHERIT;

-- Statements carry the words of cases: no session of the application shows its own to another.
ALTER ROLE lodesk_app SET track_activities = off;
-- One login serves everybody: nobody's statement may end another one's session.
REVOKE EXECUTE ON FUNCTION pg_terminate_backend(integer, bigint), pg_cancel_backend(integer)
  FROM PUBLIC;

-- Owns the tables and migrates. CREATEDB: the tests make databases of their own.
ALTER ROLE lodesk_owner LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB NOCREATEROLE NOREPLICATION INHERIT;

-- The owner may become the application (acting_as does), never the other way round.
GRANT lodesk_app TO lodesk_owner;

DO $memberships$
DECLARE
  granted name;
BEGIN
  FOR granted IN
    SELECT r.rolname
    FROM pg_auth_members m
    JOIN pg_roles r ON r.oid = m.roleid
    WHERE m.member = 'lodesk_app'::regrole
  LOOP
    EXECUTE format('REVOKE %I FROM lodesk_app', granted);
  END LOOP;
END
$memberships$;

DO $database$
BEGIN
  EXECUTE format('ALTER DATABASE %I OWNER TO lodesk_owner', current_database());
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO lodesk_app', current_database());
END
$database$;

-- Whoever may create in a schema may put a function in front of one that is called by name.
ALTER SCHEMA public OWNER TO lodesk_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO lodesk_app;
