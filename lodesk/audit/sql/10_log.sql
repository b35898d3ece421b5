-- The log: insert-only for the application, unchangeable for everybody, linked by the sealer.
-- Directive (EU) 2016/680 art. 25; product.md section 7.

-- Salted digest of the two texts a person typed; unambiguous, as the array quotes both.
CREATE OR REPLACE FUNCTION audit_digest(salt bytea, why text, personal text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT encode(sha256(salt || convert_to(jsonb_build_array(why, personal)::text, 'UTF8')), 'hex')
$$;

-- What the chain vouches for. The texts themselves are not in it, only their digest: they can be
-- erased. Neither is the position: order is what the links say. A change of this list needs a new
-- number in front and the old list for old rows.
CREATE OR REPLACE FUNCTION audit_canonical(r audit_logrow) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_build_array(1, r.id, r.chain, (extract(epoch FROM r.at) * 1000000)::bigint,
    r.actor, r.actor_country, r.action, r.target, r.target_id, r.reference, r.mandate,
    host(r.ip), r.agent, r.facts, r.digest)::text
$$;

CREATE OR REPLACE FUNCTION audit_hash(previous text, r audit_logrow) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT encode(sha256(convert_to(previous || audit_canonical(r), 'UTF8')), 'hex')
$$;

-- What a writer cannot choose: the moment, the country, the digest, the seal. An empty chain means
-- the chain of the person's own country, or operations for the system and for strangers.
CREATE OR REPLACE FUNCTION audit_complete_row() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  NEW.at := clock_timestamp();
  NEW.actor_country := COALESCE((SELECT country FROM accounts_person WHERE id = NEW.actor), '');
  IF NEW.chain = '' THEN
    NEW.chain := COALESCE(NULLIF(NEW.actor_country, ''), 'OPS');
  END IF;
  IF NEW.why = '' AND NEW.personal = '' THEN
    NEW.salt := ''; NEW.digest := '';
  ELSE
    NEW.salt := uuid_send(gen_random_uuid());
    NEW.digest := audit_digest(NEW.salt, NEW.why, NEW.personal);
  END IF;
  NEW.position := NULL; NEW.previous := NULL; NEW.hash := NULL;
  RETURN NEW;
END $$;

-- Joint acts: of an officer's act on another country's data the own chain has person, time, kind
-- and mandate number only.
CREATE OR REPLACE FUNCTION audit_tell_own_country() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_logrow (id, chain, actor, action, target, target_id, reference, mandate,
    ip, agent, facts, why, personal)
  VALUES (gen_random_uuid(), NEW.actor_country, NEW.actor, NEW.action, '', NULL, '', NEW.mandate,
    NULL, '', '{}', '', '');
  RETURN NULL;
END $$;

-- Nothing changes a row, not even the owner, but for two things: the seal is put on once, and the
-- texts with their salt are erased together.
CREATE OR REPLACE FUNCTION audit_keep_row() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  allowed audit_logrow;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    allowed := OLD;
    IF OLD.position IS NULL THEN
      allowed.position := NEW.position; allowed.previous := NEW.previous; allowed.hash := NEW.hash;
    END IF;
    IF NEW.salt = '' THEN
      allowed.why := ''; allowed.personal := ''; allowed.salt := '';
    END IF;
    IF NEW IS NOT DISTINCT FROM allowed THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;

DROP TRIGGER IF EXISTS audit_complete_row ON audit_logrow;
CREATE TRIGGER audit_complete_row BEFORE INSERT ON audit_logrow
  FOR EACH ROW EXECUTE FUNCTION audit_complete_row();
DROP TRIGGER IF EXISTS audit_tell_own_country ON audit_logrow;
CREATE TRIGGER audit_tell_own_country AFTER INSERT ON audit_logrow FOR EACH ROW
  WHEN (NEW.actor_country <> '' AND NEW.chain NOT IN (NEW.actor_country, 'OPS'))
  EXECUTE FUNCTION audit_tell_own_country();
DROP TRIGGER IF EXISTS audit_keep_row ON audit_logrow;
CREATE TRIGGER audit_keep_row BEFORE UPDATE OR DELETE ON audit_logrow
  FOR EACH ROW EXECUTE FUNCTION audit_keep_row();
DROP TRIGGER IF EXISTS audit_keep_table ON audit_logrow;
CREATE TRIGGER audit_keep_table BEFORE TRUNCATE ON audit_logrow FOR EACH STATEMENT
  WHEN (current_database() NOT LIKE 'test\_%')  -- Django's tests empty every table between them
  EXECUTE FUNCTION audit_keep_row();

-- Put the seal on the rows that have none, chain by chain, oldest first; at most max_rows a chain.
-- A row that was committed late gets a later position: order is what the positions say.
-- Two sealers never fork a chain: each holds the chain's head, the other one passes it by. The
-- application has no right on the heads, so it cannot hold one.
-- Safe: it can only link what is there; it takes no row's word for anything and returns a number.
CREATE OR REPLACE FUNCTION audit_seal(max_rows integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  head audit_chainhead;
  each audit_logrow;
  ids uuid[];
  links text[];
  hashes text[];
  last text;
  sealed integer := 0;
BEGIN
  IF lodesk_me() IS NOT NULL THEN  -- whose open transaction would keep the sealers waiting
    RAISE EXCEPTION 'only the system seals' USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO audit_chainhead (chain, position, hash, sealed_at)
  SELECT name, 0, repeat('0', 64), now() FROM unnest('{BE,NL,LU,OPS}'::text[]) AS name
  WHERE NOT EXISTS (SELECT FROM audit_chainhead WHERE chain = name)  -- else it waits for the lock
  ON CONFLICT DO NOTHING;
  FOR head IN SELECT * FROM audit_chainhead ORDER BY chain FOR UPDATE SKIP LOCKED LOOP
    ids := '{}'; links := '{}'; hashes := '{}'; last := head.hash;
    FOR each IN
      SELECT * FROM audit_logrow WHERE chain = head.chain AND position IS NULL
      ORDER BY at, id LIMIT max_rows
    LOOP
      ids := ids || each.id;
      links := links || last;
      last := audit_hash(last, each);
      hashes := hashes || last;
    END LOOP;
    CONTINUE WHEN ids = '{}';
    UPDATE audit_logrow r
    SET position = head.position + s.place, previous = s.link, hash = s.hash
    FROM unnest(ids, links, hashes) WITH ORDINALITY AS s(id, link, hash, place) WHERE r.id = s.id;
    UPDATE audit_chainhead SET position = head.position + cardinality(ids), hash = last,
      sealed_at = clock_timestamp()
    WHERE chain = head.chain;
    sealed := sealed + cardinality(ids);
  END LOOP;
  RETURN sealed;
END $$;

-- How far a chain is sealed. Safe: to the own country and to the system only, and a hash that says
-- nothing about any row; the position shows the volume of the own log.
CREATE OR REPLACE FUNCTION audit_anchor(of_chain text)
RETURNS TABLE ("position" bigint, hash varchar, sealed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT h.position, h.hash, h.sealed_at FROM audit_chainhead h
  WHERE h.chain = of_chain AND (lodesk_me() IS NULL OR lodesk_country() = of_chain)
$$;

-- Erase what people typed in one row. Not for the application: the erasure of product.md section 7
-- will call it from a definer function of its own, with two people and an entry in the log.
CREATE OR REPLACE FUNCTION audit_erase(of_row uuid) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public AS $$
  UPDATE audit_logrow SET why = '', personal = '', salt = '' WHERE id = of_row
$$;
REVOKE ALL ON FUNCTION audit_erase(uuid) FROM PUBLIC;

-- Write: as oneself, and only the columns named here. Read: the auditor, the own country's chain.
-- The chain of operations is read by command only.
ALTER TABLE audit_logrow ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS log_write ON audit_logrow;
CREATE POLICY log_write ON audit_logrow FOR INSERT WITH CHECK (
  actor IS NOT DISTINCT FROM lodesk_me());
DROP POLICY IF EXISTS log_read ON audit_logrow;
CREATE POLICY log_read ON audit_logrow FOR SELECT USING (
  chain = current_setting('lodesk.country', true)
  AND (SELECT accounts_serves(lodesk_me(), 'auditor', lodesk_country())));
GRANT INSERT (id, chain, actor, action, target, target_id, reference, mandate, ip, agent, facts,
  why, personal) ON audit_logrow TO lodesk_app;
GRANT SELECT ON audit_logrow TO lodesk_app;

ALTER TABLE audit_chainhead ENABLE ROW LEVEL SECURITY;
