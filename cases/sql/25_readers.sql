-- The list index: for each principal who may view a dossier one row with what lists are sorted and
-- filtered by. Derived from cases_dossier, which derives its `readers` from the grants.

-- The rows a dossier has in the index. Internal: asked by the trigger and by verify_border.
CREATE OR REPLACE FUNCTION cases_lines_of(d cases_dossier) RETURNS SETOF cases_reader
LANGUAGE sql STABLE AS $$
  SELECT d.id, principal, d.owner, d.desk_id, COALESCE(d.handler_id, 0),
    CASE d.waiting_for WHEN 'headquarters' THEN 'headquarters' ELSE d.status END::varchar,
    COALESCE(d.due_at, 'infinity'), d.opened_at, d.kind, d.crime_area, d.host_country, d.urgency
  FROM unnest(d.readers) principal
$$;
REVOKE EXECUTE ON FUNCTION cases_lines_of FROM PUBLIC;

CREATE OR REPLACE FUNCTION cases_dossier_listed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  DELETE FROM cases_reader WHERE dossier_id = NEW.id AND principal <> ALL(NEW.readers);
  INSERT INTO cases_reader SELECT * FROM cases_lines_of(NEW)
  ON CONFLICT (dossier_id, principal) DO UPDATE
  SET handler = EXCLUDED.handler, phase = EXCLUDED.phase, due = EXCLUDED.due,
    kind = EXCLUDED.kind, crime_area = EXCLUDED.crime_area, host_country = EXCLUDED.host_country,
    urgency = EXCLUDED.urgency;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER dossier_listed AFTER INSERT ON cases_dossier
  FOR EACH ROW EXECUTE FUNCTION cases_dossier_listed();
CREATE OR REPLACE TRIGGER dossier_listed_anew AFTER UPDATE ON cases_dossier FOR EACH ROW WHEN (
  (OLD.readers, OLD.handler_id, OLD.status, OLD.waiting_for, OLD.due_at, OLD.kind, OLD.crime_area,
   OLD.host_country, OLD.urgency)
  IS DISTINCT FROM (NEW.readers, NEW.handler_id, NEW.status, NEW.waiting_for, NEW.due_at, NEW.kind,
   NEW.crime_area, NEW.host_country, NEW.urgency))
  EXECUTE FUNCTION cases_dossier_listed();

-- Every phase of the list index; the same as PHASES in cases/models/readers.py.
CREATE OR REPLACE FUNCTION cases_phases() RETURNS SETOF text
LANGUAGE sql IMMUTABLE AS $$
  SELECT unnest('{draft,open,waiting,headquarters,answered,closed}'::text[])
$$;

-- The same condition as for the dossier itself: a mandate that has ended takes the row along.
ALTER TABLE cases_reader ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS reader_read ON cases_reader;
CREATE POLICY reader_read ON cases_reader FOR SELECT USING (
  principal = ANY(COALESCE(NULLIF(current_setting('lodesk.principals', true), ''),
                           '{}')::integer[])
  AND (owner = current_setting('lodesk.country', true) OR lodesk_mandated(dossier_id)));
GRANT SELECT ON cases_reader TO lodesk_app;

-- Text search, the newest first. Text operators are not leak-proof, so PostgreSQL would not use
-- their index under a policy. First the newest of one's own list are read through: words that many
-- dossiers hold are found there, and a short list ends there. Only words that few hold are then
-- looked up in the index of words, so that neither way ever reads much.
-- Safe: the read condition stands inside both ways, before their limits.
CREATE OR REPLACE FUNCTION cases_search(words text, most integer) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  read_through constant integer := 2000;
  pattern text := '%' || replace(replace(replace(words, '\', '\\'), '%', '\%'), '_', '\_') || '%';
  mine integer[] := COALESCE(NULLIF(current_setting('lodesk.principals', true), ''), '{}');
  own text := current_setting('lodesk.country', true);
  wanted integer := least(most, 100);
  looked_at integer;
  found uuid[];
BEGIN
  WITH newest AS MATERIALIZED (
    SELECT r.dossier_id, r.owner, r.opened_at
    FROM unnest(mine) AS m(principal)
    CROSS JOIN (VALUES ('BE'), ('NL'), ('LU')) AS o(owner)
    CROSS JOIN cases_phases() AS p(phase)
    CROSS JOIN LATERAL (
      SELECT * FROM cases_reader c
      WHERE c.principal = m.principal AND c.owner = o.owner AND c.phase = p.phase
      ORDER BY c.opened_at DESC, c.dossier_id DESC LIMIT read_through) r
    GROUP BY r.dossier_id, r.owner, r.opened_at
    ORDER BY r.opened_at DESC, r.dossier_id DESC LIMIT read_through
  ), hits AS (
    SELECT n.dossier_id, n.opened_at FROM newest n JOIN cases_dossier d ON d.id = n.dossier_id
    WHERE d.reference || ' ' || d.title ILIKE pattern
      AND (n.owner = own OR lodesk_mandated(n.dossier_id))
  )
  SELECT (SELECT count(*) FROM newest),
    ARRAY(SELECT dossier_id FROM hits ORDER BY opened_at DESC, dossier_id DESC LIMIT wanted)
  INTO looked_at, found;
  IF looked_at = read_through AND cardinality(found) < wanted THEN
    found := ARRAY(
      SELECT h.id FROM (
        SELECT d.id, d.opened_at FROM cases_dossier d
        WHERE d.reference || ' ' || d.title ILIKE pattern AND d.readers && mine
          AND (d.owner = own OR lodesk_mandated(d.id)) OFFSET 0) h
      ORDER BY h.opened_at DESC, h.id DESC LIMIT wanted);
  END IF;
  RETURN QUERY SELECT unnest(found);
END $$;
