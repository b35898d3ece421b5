-- Dossiers: who reads, opens and changes them; references; the derived column `readers`.

-- Next number, per owner and desk: no country learns another's volume.
-- Not for the application: only the triggers below call it.
CREATE OR REPLACE FUNCTION cases_next_number(
  of_kind text, of_owner text, at_desk bigint, in_year integer
) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  INSERT INTO cases_referencecounter AS c (kind, owner, desk_id, year, last)
  VALUES (of_kind, of_owner, at_desk, in_year, 1)
  ON CONFLICT (kind, owner, desk_id, year) DO UPDATE SET last = c.last + 1
  RETURNING c.last
$$;
REVOKE EXECUTE ON FUNCTION cases_next_number FROM PUBLIC;

-- A number with leading zeros, and never a digit less than it has (lpad alone cuts the end off).
CREATE OR REPLACE FUNCTION cases_padded(number integer, digits integer) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT lpad(number::text, greatest(digits, length(number::text)), '0')
$$;

-- Everybody who holds `view` on a dossier: groups as positive, people as negative numbers. Internal.
CREATE OR REPLACE FUNCTION cases_readers_of(which uuid) RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT COALESCE(array_agg(DISTINCT principal ORDER BY principal), '{}') FROM (
    SELECT g.group_id AS principal FROM cases_dossiergrouppermission g
    JOIN auth_permission p ON p.id = g.permission_id
    WHERE g.content_object_id = which AND p.codename = 'view_dossier'
    UNION ALL
    SELECT -g.user_id FROM cases_dossieruserpermission g
    JOIN auth_permission p ON p.id = g.permission_id
    WHERE g.content_object_id = which AND p.codename = 'view_dossier') AS holders
$$;
REVOKE EXECUTE ON FUNCTION cases_readers_of FROM PUBLIC;

-- A new dossier: the database numbers it, and its creator is the first and only reader until
-- cases_first_grants has run (house.md section 2, trap 1).
CREATE OR REPLACE FUNCTION cases_dossier_begins() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  desk accounts_desk;
BEGIN
  IF lodesk_me() IS NOT NULL THEN
    NEW.opened_at := now();
    NEW.changed_at := now();
    NEW.version := 1;
    NEW.due_at := NULL;  -- follows from its clocks
    NEW.due_rule := '';
  END IF;
  IF NEW.reference = '' OR lodesk_me() IS NOT NULL THEN
    SELECT * INTO STRICT desk FROM accounts_desk WHERE id = NEW.desk_id;
    NEW.year := extract(year FROM NEW.opened_at AT TIME ZONE desk.time_zone);
    NEW.number := cases_next_number('dossier', NEW.owner, NEW.desk_id, NEW.year);
    NEW.reference := format('%s-%s-%s-%s', NEW.owner, desk.code, NEW.year,
                            cases_padded(NEW.number, 5));
  END IF;
  NEW.readers := CASE WHEN lodesk_me() IS NULL THEN '{}' ELSE ARRAY[-lodesk_me()] END;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER dossier_begins BEFORE INSERT ON cases_dossier
  FOR EACH ROW EXECUTE FUNCTION cases_dossier_begins();

-- Which status may follow which; the same table as DOSSIER_STEPS in cases/states.py.
CREATE OR REPLACE FUNCTION cases_status_follows(before text, after text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT (before, after) IN (
    ('draft', 'open'), ('open', 'waiting'), ('open', 'answered'), ('waiting', 'waiting'),
    ('waiting', 'open'), ('waiting', 'answered'), ('answered', 'open'), ('answered', 'closed'))
$$;

-- What a status asks for (product.md section 3): answered needs an answer or a refusal, closed a
-- result, waiting a moment to look again. Internal.
CREATE OR REPLACE FUNCTION cases_status_ready(
  which uuid, after text, result text, waiting_until timestamptz
) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT CASE after
    WHEN 'answered' THEN EXISTS (
      SELECT FROM cases_entry e WHERE e.dossier_id = which AND e.kind IN ('answer', 'refusal'))
    WHEN 'closed' THEN result <> ''
    WHEN 'waiting' THEN waiting_until IS NOT NULL
    ELSE true END
$$;
REVOKE EXECUTE ON FUNCTION cases_status_ready FROM PUBLIC;

-- What never changes, and who may close. Readers are restored from the grants on any write.
CREATE OR REPLACE FUNCTION cases_dossier_changes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  derived text[] := '{readers,changed_at,handler_id,due_at,due_rule}';
  edited boolean := to_jsonb(NEW) - derived IS DISTINCT FROM to_jsonb(OLD) - derived;
BEGIN
  IF (NEW.id, NEW.reference, NEW.owner, NEW.desk_id, NEW.year, NEW.number, NEW.opened_by_id,
      NEW.opened_at)
     IS DISTINCT FROM
     (OLD.id, OLD.reference, OLD.owner, OLD.desk_id, OLD.year, OLD.number, OLD.opened_by_id,
      OLD.opened_at) THEN
    RAISE insufficient_privilege USING MESSAGE = 'owner, desk and reference of a dossier stay';
  END IF;
  IF NEW.status <> OLD.status AND NOT cases_status_follows(OLD.status, NEW.status) THEN
    RAISE insufficient_privilege USING MESSAGE = 'this status does not follow';
  END IF;
  IF NEW.status = 'closed' AND OLD.status <> 'closed' AND lodesk_me() IS NOT NULL
     AND NOT accounts_serves(lodesk_me(), 'coordinator', OLD.owner) THEN
    RAISE insufficient_privilege USING MESSAGE = 'a coordinator of the owner closes';
  END IF;
  IF NEW.status <> OLD.status AND lodesk_me() IS NOT NULL
     AND NOT cases_status_ready(NEW.id, NEW.status, NEW.result, NEW.waiting_until) THEN
    RAISE insufficient_privilege USING MESSAGE = 'this status asks for more';
  END IF;
  IF OLD.status = 'closed' AND edited AND lodesk_me() IS NOT NULL THEN
    RAISE insufficient_privilege USING MESSAGE = 'the dossier is closed';
  END IF;
  NEW.readers := cases_readers_of(NEW.id);
  IF edited THEN
    NEW.changed_at := now();
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER dossier_changes BEFORE UPDATE ON cases_dossier
  FOR EACH ROW EXECUTE FUNCTION cases_dossier_changes();

-- Whether the acting person may open a dossier: of the own country at the own desk (or for any
-- desk from headquarters), or of another country under its standing mandate, handling it.
-- Safe: about the acting person only.
CREATE OR REPLACE FUNCTION lodesk_may_open(
  of_owner text, at_desk bigint, of_kind text, by_handler integer
) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  me integer := lodesk_me();
BEGIN
  IF me IS NULL OR accounts_principals(me) = '{}' THEN
    RETURN false;
  END IF;
  IF accounts_country(me) <> of_owner THEN
    RETURN by_handler IS NOT DISTINCT FROM me AND accounts_certified(me, of_owner)
      AND cases_standing_mandate(me, of_owner, at_desk, of_kind) IS NOT NULL;
  END IF;
  IF EXISTS (SELECT FROM accounts_posting p WHERE p.person_id = me AND p.desk_id = at_desk
             AND p.group_id IS NOT NULL
             AND p.starts_at <= now() AND (p.ends_at IS NULL OR p.ends_at > now())) THEN
    RETURN by_handler IS NULL OR by_handler = me;
  END IF;
  RETURN (accounts_serves(me, 'headquarters_officer', of_owner)
          OR accounts_serves(me, 'coordinator', of_owner))
    AND (by_handler IS NULL OR EXISTS (
      SELECT FROM accounts_posting p WHERE p.person_id = by_handler AND p.desk_id = at_desk
        AND p.country = of_owner AND p.group_id IS NOT NULL
        AND p.starts_at <= now() AND (p.ends_at IS NULL OR p.ends_at > now())));
END $$;

-- An event in the timeline; events are written by the database only. Internal.
CREATE OR REPLACE FUNCTION cases_record(which uuid, what text, told jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  INSERT INTO cases_entry (id, dossier_id, kind, author_id, at, text, language, handling_codes,
                           event, facts)
  VALUES (gen_random_uuid(), which, 'event', lodesk_me(), clock_timestamp(), '', 'en', '{}', what,
          told)
$$;
REVOKE EXECUTE ON FUNCTION cases_record FROM PUBLIC;

-- Every change of status stands in the timeline.
CREATE OR REPLACE FUNCTION cases_status_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM cases_record(NEW.id, 'status.' || NEW.status, jsonb_build_object(
    'before', OLD.status, 'waiting_for', NEW.waiting_for));
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER status_changed AFTER UPDATE OF status, waiting_for ON cases_dossier
  FOR EACH ROW WHEN (OLD.status <> NEW.status OR OLD.waiting_for <> NEW.waiting_for)
  EXECUTE FUNCTION cases_status_changed();

CREATE INDEX IF NOT EXISTS dossier_readers ON cases_dossier USING gin (readers);
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX IF NOT EXISTS dossier_words ON cases_dossier
  USING gin ((reference || ' ' || title) gin_trgm_ops);

ALTER TABLE cases_dossier ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS dossier_read ON cases_dossier;
CREATE POLICY dossier_read ON cases_dossier FOR SELECT USING (
  readers && COALESCE(NULLIF(current_setting('lodesk.principals', true), ''), '{}')::integer[]
  AND (owner = current_setting('lodesk.country', true) OR lodesk_mandated(id)));
DROP POLICY IF EXISTS dossier_open ON cases_dossier;
CREATE POLICY dossier_open ON cases_dossier FOR INSERT WITH CHECK (
  opened_by_id = lodesk_me() AND status IN ('draft', 'open')
  AND lodesk_may_open(owner, desk_id, kind, handler_id));
DROP POLICY IF EXISTS dossier_change ON cases_dossier;
CREATE POLICY dossier_change ON cases_dossier FOR UPDATE
  USING (lodesk_holds(id, 'handle', 'oversee'));
GRANT SELECT, INSERT, UPDATE (
  title, summary, kind, crime_area, purpose, legal_basis, host_country, requesting_authority,
  foreign_references, urgency, handling_codes, handling_note, marking, language, status,
  waiting_for, waiting_until, status_since, result, received_at, next_step,
  urgency_ground, facts, reasons, people_concerned, use_restriction, version
) ON cases_dossier TO lodesk_app;

-- The moment of the last visit: one's own rows, of dossiers one may see.
ALTER TABLE cases_visit ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS visit_read ON cases_visit;
CREATE POLICY visit_read ON cases_visit FOR SELECT USING (person_id = lodesk_me());
DROP POLICY IF EXISTS visit_begin ON cases_visit;
CREATE POLICY visit_begin ON cases_visit FOR INSERT WITH CHECK (
  person_id = lodesk_me() AND EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id));
DROP POLICY IF EXISTS visit_again ON cases_visit;
CREATE POLICY visit_again ON cases_visit FOR UPDATE USING (person_id = lodesk_me());
GRANT SELECT, INSERT, UPDATE (at) ON cases_visit TO lodesk_app;

-- What the alerts room asks before somebody announces anything: the truth about the subject (a
-- dossier, a rotation by country and desk, or a contact, which has no reference), and that who is told
-- of ended access once had it. Safe: the read condition stands inside.
CREATE OR REPLACE FUNCTION lodesk_subject_is(subject uuid, reference text, owner text)
RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM cases_dossier d WHERE d.id = $1 AND d.reference = $2 AND d.owner = $3)
    OR EXISTS (
      SELECT FROM cases_rotation r JOIN accounts_desk k ON k.id = r.desk_id
      WHERE r.id = $1 AND $2 = r.country || '-' || k.code AND $3 = r.country)
    OR $2 = '' AND EXISTS (
      SELECT FROM cases_contact c WHERE c.origin_id = $1 AND c.current AND c.owner = $3)
$$;
CREATE OR REPLACE FUNCTION lodesk_subject_known_to(subject uuid, who integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (
    SELECT FROM cases_granthistory h JOIN cases_dossier d ON d.id = h.dossier_id
    WHERE d.id = subject
      AND d.readers && COALESCE(NULLIF(current_setting('lodesk.principals', true), ''),
                                '{}')::integer[]
      AND (d.owner = current_setting('lodesk.country', true) OR lodesk_mandated(d.id))
      AND (h.person_id = who OR h.group_id IN (
        SELECT p.group_id FROM accounts_posting p WHERE p.person_id = who)))
$$;

-- What the alerts room asks before it shows or sends anything about a subject.
CREATE OR REPLACE FUNCTION lodesk_subject_visible(subject uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM cases_dossier d WHERE d.id = subject)
    OR EXISTS (SELECT FROM cases_rotation r WHERE r.id = subject)
    OR EXISTS (SELECT FROM cases_contact c WHERE c.origin_id = subject AND c.current)
$$;
