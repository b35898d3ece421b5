-- Prints and packages of a dossier. The row is of who asked and of nobody else; the worker reads
-- and writes as that person, so that nothing can be in it that the person may not see.

CREATE OR REPLACE FUNCTION cases_export_begins() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF lodesk_me() IS NOT NULL THEN
    NEW.at := now();
    NEW.touched_at := now();
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER export_begins BEFORE INSERT ON cases_export
  FOR EACH ROW EXECUTE FUNCTION cases_export_begins();

-- Only what the worker has taken up goes on, and what is ready or has failed stays so.
CREATE OR REPLACE FUNCTION cases_export_changes() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF lodesk_me() IS NULL THEN
    RETURN NEW;
  END IF;
  IF OLD.state <> 'working' OR NEW.state = 'waiting' THEN
    RAISE insufficient_privilege USING MESSAGE = 'an export goes forwards only';
  END IF;
  NEW.touched_at := clock_timestamp();
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER export_changes BEFORE UPDATE ON cases_export
  FOR EACH ROW EXECUTE FUNCTION cases_export_changes();

-- What goes to others than those who work on the dossier is for who handles or oversees it. H1
-- keeps a dossier out of evidence, H2 from being passed on, unless its owner's headquarters says
-- who consented (product.md section 2, number 8).
ALTER TABLE cases_export ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS export_read ON cases_export;
CREATE POLICY export_read ON cases_export FOR SELECT USING (
  person_id = lodesk_me() AND EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id));
DROP POLICY IF EXISTS export_ask ON cases_export;
CREATE POLICY export_ask ON cases_export FOR INSERT WITH CHECK (
  person_id = lodesk_me() AND state = 'waiting' AND done = 0 AND steps = 0 AND tries = 0
  AND lodesk_holds(dossier_id, 'view')
  AND (use = 'work' OR lodesk_holds(dossier_id, 'handle', 'oversee'))
  AND (consent = '' OR lodesk_holds(dossier_id, 'oversee'))
  AND (consent <> '' OR NOT EXISTS (
    SELECT FROM cases_dossier d WHERE d.id = dossier_id
      AND (use = 'evidence' AND 'H1' = ANY(d.handling_codes)
           OR use = 'pass_on' AND 'H2' = ANY(d.handling_codes)))));
DROP POLICY IF EXISTS export_goes_on ON cases_export;
CREATE POLICY export_goes_on ON cases_export FOR UPDATE USING (
  person_id = lodesk_me() AND lodesk_holds(dossier_id, 'view'));
GRANT SELECT, INSERT, UPDATE (state, done, steps, size, sha256, touched_at)
  ON cases_export TO lodesk_app;

-- Take up the next export, one at a time: the worker has mail to send. One that nobody went on
-- with for five minutes is taken up again, three times in all. Safe: for the system only, nobody
-- acting; it answers with two keys.
CREATE OR REPLACE FUNCTION cases_claim_export() RETURNS TABLE (export uuid, person integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  stale timestamptz := clock_timestamp() - interval '5 minutes';
BEGIN
  IF lodesk_me() IS NOT NULL THEN
    RAISE insufficient_privilege USING MESSAGE = 'only the system takes up exports';
  END IF;
  UPDATE cases_export e SET state = 'failed'
    WHERE e.state = 'working' AND e.touched_at < stale AND e.tries >= 3;
  RETURN QUERY
    UPDATE cases_export e
      SET state = 'working', tries = e.tries + 1, touched_at = clock_timestamp(), done = 0, steps = 0
      WHERE e.id = (
          SELECT o.id FROM cases_export o
          WHERE o.state = 'waiting' OR o.state = 'working' AND o.touched_at < stale
          ORDER BY o.at, o.id LIMIT 1 FOR UPDATE SKIP LOCKED)
        AND NOT EXISTS (
          SELECT FROM cases_export w WHERE w.state = 'working' AND w.touched_at >= stale)
      RETURNING e.id, e.person_id;
END $$;

-- Give up an export that cannot be made, whoever may still see it: the next one does not wait for
-- it. Answers with the name of its file. Safe: for the system only, nobody acting.
CREATE OR REPLACE FUNCTION cases_give_up_export(which uuid) RETURNS varchar
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  stored varchar;
BEGIN
  IF lodesk_me() IS NOT NULL THEN
    RAISE insufficient_privilege USING MESSAGE = 'only the system gives up exports';
  END IF;
  UPDATE cases_export e SET state = 'failed' WHERE e.id = which AND e.state = 'working'
    RETURNING e.file INTO stored;
  RETURN stored;
END $$;

-- Forget exports after a day, whatever became of them. Answers with the names of their files.
-- Safe: for the system only, nobody acting.
CREATE OR REPLACE FUNCTION cases_forget_exports(most integer) RETURNS TABLE (file varchar)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF lodesk_me() IS NOT NULL THEN
    RAISE insufficient_privilege USING MESSAGE = 'only the system forgets exports';
  END IF;
  RETURN QUERY
    DELETE FROM cases_export e WHERE e.id IN (
      SELECT o.id FROM cases_export o WHERE o.at < now() - interval '1 day'
      ORDER BY o.at LIMIT most FOR UPDATE SKIP LOCKED)
    RETURNING e.file;
END $$;
