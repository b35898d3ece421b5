-- People and objects: versions that never change, their numbers, and the connections between them.
-- Added by who may contribute, in the own name, never to a closed dossier; the only thing that ever
-- changes in a row is `current`, and only the triggers here change it.

-- The version that is replaced must stand in the same dossier and must not be a withdrawal. Runs as
-- who adds: of a version out of sight it learns nothing. That one version is replaced once is a
-- unique key, so that of two who correct at the same moment the second is told.
CREATE OR REPLACE FUNCTION cases_party_begins() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF lodesk_me() IS NOT NULL THEN
    NEW.added_at := clock_timestamp();
  END IF;
  NEW.current := NOT NEW.withdrawn;
  NEW.origin_id := NEW.id;
  NEW.number := 1;
  IF NEW.replaces_id IS NOT NULL THEN
    SELECT p.origin_id, p.number + 1 INTO NEW.origin_id, NEW.number FROM cases_party p
    WHERE p.id = NEW.replaces_id AND p.dossier_id = NEW.dossier_id AND NOT p.withdrawn;
    IF NOT FOUND THEN
      RAISE insufficient_privilege USING MESSAGE = 'no such version in this dossier';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER party_begins BEFORE INSERT ON cases_party
  FOR EACH ROW EXECUTE FUNCTION cases_party_begins();

CREATE OR REPLACE FUNCTION cases_party_replaced() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE cases_party SET current = false WHERE id = NEW.replaces_id;
  UPDATE cases_identifier SET current = false WHERE party_id = NEW.replaces_id;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER party_replaced AFTER INSERT ON cases_party
  FOR EACH ROW WHEN (NEW.replaces_id IS NOT NULL) EXECUTE FUNCTION cases_party_replaced();

-- One event for what is added in one act. It names versions, not people: what is erased later does
-- not stay behind in the timeline.
CREATE OR REPLACE FUNCTION cases_parties_told() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM cases_record(told.dossier_id, told.what, jsonb_build_object('parties', told.versions))
  FROM (
    SELECT a.dossier_id, 'party.' || CASE WHEN a.withdrawn THEN 'withdrawn'
      WHEN a.replaces_id IS NULL THEN 'added' ELSE 'corrected' END AS what,
      jsonb_agg(a.id) AS versions
    FROM added a GROUP BY 1, 2) told;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER parties_told AFTER INSERT ON cases_party
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION cases_parties_told();

ALTER TABLE cases_party ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS party_read ON cases_party;
CREATE POLICY party_read ON cases_party FOR SELECT USING (
  EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id));
DROP POLICY IF EXISTS party_add ON cases_party;
CREATE POLICY party_add ON cases_party FOR INSERT WITH CHECK (
  added_by_id = lodesk_me() AND lodesk_holds(dossier_id, 'contribute')
  AND EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id AND d.status <> 'closed'));
GRANT SELECT, INSERT ON cases_party TO lodesk_app;

-- A number stands where its version stands. `owner` is a copy of the dossier's, so that a look-up
-- of one country never passes over the rows of another.
CREATE OR REPLACE FUNCTION cases_identifier_begins() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  SELECT p.dossier_id, d.owner, p.current INTO NEW.dossier_id, NEW.owner, NEW.current
  FROM cases_party p JOIN cases_dossier d ON d.id = p.dossier_id WHERE p.id = NEW.party_id;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER identifier_begins BEFORE INSERT ON cases_identifier
  FOR EACH ROW EXECUTE FUNCTION cases_identifier_begins();

-- Numbers are added together with their version, by its author and in the transaction that wrote it
-- (now() is when that began): later a version is whole.
ALTER TABLE cases_identifier ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS identifier_read ON cases_identifier;
CREATE POLICY identifier_read ON cases_identifier FOR SELECT USING (
  EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id));
DROP POLICY IF EXISTS identifier_add ON cases_identifier;
CREATE POLICY identifier_add ON cases_identifier FOR INSERT WITH CHECK (
  EXISTS (SELECT FROM cases_party p WHERE p.id = party_id AND p.current
          AND p.added_by_id = lodesk_me() AND p.added_at >= now()));
GRANT SELECT, INSERT ON cases_identifier TO lodesk_app;

-- A connection is withdrawn by a second row that says the same and gives the reason.
CREATE OR REPLACE FUNCTION cases_connection_begins() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF lodesk_me() IS NOT NULL THEN
    NEW.added_at := clock_timestamp();
  END IF;
  NEW.current := NEW.replaces_id IS NULL;
  IF NEW.replaces_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM cases_connection c WHERE c.id = NEW.replaces_id AND c.replaces_id IS NULL
      AND (c.dossier_id, c.kind, c.one_id, c.other_id)
        = (NEW.dossier_id, NEW.kind, NEW.one_id, NEW.other_id)) THEN
    RAISE insufficient_privilege USING MESSAGE = 'no such connection in this dossier';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER connection_begins BEFORE INSERT ON cases_connection
  FOR EACH ROW EXECUTE FUNCTION cases_connection_begins();

CREATE OR REPLACE FUNCTION cases_connection_told() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE cases_connection SET current = false WHERE id = NEW.replaces_id;
  PERFORM cases_record(NEW.dossier_id,
    CASE WHEN NEW.replaces_id IS NULL THEN 'connection.added' ELSE 'connection.withdrawn' END,
    jsonb_build_object('connection', NEW.id));
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER connection_told AFTER INSERT ON cases_connection
  FOR EACH ROW EXECUTE FUNCTION cases_connection_told();

ALTER TABLE cases_connection ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS connection_read ON cases_connection;
CREATE POLICY connection_read ON cases_connection FOR SELECT USING (
  EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id));
DROP POLICY IF EXISTS connection_add ON cases_connection;
CREATE POLICY connection_add ON cases_connection FOR INSERT WITH CHECK (
  added_by_id = lodesk_me() AND lodesk_holds(dossier_id, 'contribute')
  AND EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id AND d.status <> 'closed')
  AND 2 = (SELECT count(*) FROM cases_party p
           WHERE p.id IN (one_id, other_id) AND p.origin_id = p.id
             AND p.dossier_id = cases_connection.dossier_id));
GRANT SELECT, INSERT ON cases_connection TO lodesk_app;

-- Looking for them --------------------------------------------------------------------------

-- Which dossiers hold one of these numbers, the newest first. Numbers of the own country are found
-- in the index of its own rows; those of other countries only through the dossiers one reads under
-- a mandate, which are ranges of the index of readers by owner: the own country's lines are not
-- passed over to find them. What others hold costs no time, and tells nothing by it.
-- Safe: the read condition stands inside both ways, before the limit.
CREATE OR REPLACE FUNCTION cases_holding(numbers text[], most integer)
RETURNS TABLE (dossier_id uuid, party_id uuid, number varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH held AS (
    SELECT i.dossier_id, i.party_id, i.normal, d.opened_at
    FROM cases_identifier i JOIN cases_dossier d ON d.id = i.dossier_id
    WHERE i.current AND i.owner = current_setting('lodesk.country', true)
      AND i.normal = ANY(numbers) AND d.owner = current_setting('lodesk.country', true)
      AND d.readers && COALESCE(NULLIF(current_setting('lodesk.principals', true), ''),
                                '{}')::integer[]
    UNION
    SELECT i.dossier_id, i.party_id, i.normal, r.opened_at
    FROM cases_reader r CROSS JOIN LATERAL (
      SELECT * FROM cases_identifier c
      WHERE c.dossier_id = r.dossier_id AND c.current AND c.normal = ANY(numbers) OFFSET 0) i
    WHERE r.principal = ANY(COALESCE(NULLIF(current_setting('lodesk.principals', true), ''),
                                     '{}')::integer[])
      AND r.owner = ANY(array_remove('{BE,NL,LU}', current_setting('lodesk.country', true)))
      AND r.owner <> current_setting('lodesk.country', true) AND lodesk_mandated(r.dossier_id))
  SELECT h.dossier_id, h.party_id, h.normal FROM held h
  ORDER BY h.opened_at DESC, h.dossier_id DESC, h.party_id, h.normal LIMIT least(most, 100)
$$;

-- In how many other dossiers in sight each of these numbers stands, counted to a hundred.
CREATE OR REPLACE FUNCTION cases_elsewhere(numbers text[], than uuid)
RETURNS TABLE (number text, dossiers bigint)
LANGUAGE sql STABLE AS $$
  SELECT n, count(DISTINCT h.dossier_id) FROM unnest(numbers) n
  CROSS JOIN LATERAL cases_holding(ARRAY[n], 100) h
  WHERE h.dossier_id <> than GROUP BY n
$$;

CREATE INDEX IF NOT EXISTS party_words ON cases_party
  USING gin ((name || ' ' || aliases) gin_trgm_ops) WHERE current;

-- Parties in sight whose name holds the words or one of whose numbers begins so, the newest first.
-- Safe: the read condition stands inside both ways, before their limits.
CREATE OR REPLACE FUNCTION cases_known(words text, begins text, most integer)
RETURNS TABLE (party_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  pattern text := replace(replace(replace(words, '\', '\\'), '%', '\%'), '_', '\_');
  start text := replace(replace(replace(begins, '\', '\\'), '%', '\%'), '_', '\_') || '%';
  mine integer[] := COALESCE(NULLIF(current_setting('lodesk.principals', true), ''), '{}');
  own text := current_setting('lodesk.country', true);
  wanted integer := least(most, 100);
BEGIN
  RETURN QUERY SELECT f.id FROM (
    (SELECT p.id, d.opened_at FROM cases_party p JOIN cases_dossier d ON d.id = p.dossier_id
     WHERE p.current AND p.name || ' ' || p.aliases ILIKE '%' || pattern || '%'
       AND d.readers && mine AND (d.owner = own OR lodesk_mandated(d.id))
     ORDER BY d.opened_at DESC, p.id LIMIT wanted)
    UNION
    (SELECT i.party_id, d.opened_at FROM cases_identifier i
     JOIN cases_dossier d ON d.id = i.dossier_id
     WHERE begins <> '' AND i.current AND i.owner = own AND i.normal LIKE start
       AND d.readers && mine AND d.owner = own
     ORDER BY d.opened_at DESC, i.party_id LIMIT wanted)
    UNION
    (SELECT i.party_id, r.opened_at FROM cases_reader r CROSS JOIN LATERAL (
       SELECT * FROM cases_identifier c
       WHERE c.dossier_id = r.dossier_id AND c.current AND c.normal LIKE start OFFSET 0) i
     WHERE begins <> '' AND r.principal = ANY(mine) AND r.owner <> own
       AND r.owner = ANY(array_remove('{BE,NL,LU}', own)) AND lodesk_mandated(r.dossier_id)
     ORDER BY r.opened_at DESC, i.party_id LIMIT wanted)) f
  ORDER BY f.opened_at DESC, f.id LIMIT wanted;
END $$;

-- References of other systems as they are compared: what stands between commas, and each number of
-- six digits and more. "SIENA 4410077" and "4410077" are the same. Pure.
CREATE OR REPLACE FUNCTION cases_reference_keys(written text) RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
  SELECT COALESCE(array_agg(DISTINCT key), '{}') FROM (
    SELECT regexp_replace(upper(part), '[^A-Z0-9]', '', 'g')
    FROM regexp_split_to_table(written, '[,;\n]') part
    UNION ALL
    SELECT m[1] FROM regexp_matches(written, '([0-9]{6,})', 'g') m) k(key)
  WHERE key ~ '[0-9].*[0-9].*[0-9].*[0-9]'
$$;
CREATE INDEX IF NOT EXISTS dossier_references ON cases_dossier
  USING gin (cases_reference_keys(foreign_references)) WHERE foreign_references <> '';

-- Which dossiers in sight name one of these references of other systems, the newest first.
-- Safe: the read condition stands inside, before the limit.
CREATE OR REPLACE FUNCTION cases_same_references(written text, most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT d.id FROM cases_dossier d
  WHERE d.foreign_references <> ''
    AND cases_reference_keys(d.foreign_references) && cases_reference_keys(written)
    AND d.readers && COALESCE(NULLIF(current_setting('lodesk.principals', true), ''),
                              '{}')::integer[]
    AND (d.owner = current_setting('lodesk.country', true) OR lodesk_mandated(d.id))
  ORDER BY d.opened_at DESC, d.id DESC LIMIT least(most, 100)
$$;
