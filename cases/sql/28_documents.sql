-- Documents, their versions, and files on their way. The content lies sealed outside the database;
-- what is here decides who is given the key.

-- A document: added by who may contribute, in the own name, at the present moment; only ever
-- withdrawn afterwards. An entry it belongs to is one's own, of the same dossier.
CREATE OR REPLACE FUNCTION cases_document_begins() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF lodesk_me() IS NOT NULL THEN
    NEW.at := now();
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER document_begins BEFORE INSERT ON cases_document
  FOR EACH ROW EXECUTE FUNCTION cases_document_begins();

-- What was added at once is one line of the timeline; what belongs to an entry stands under it.
CREATE OR REPLACE FUNCTION cases_documents_added() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM cases_record(a.dossier_id, 'documents.added',
                       jsonb_build_object('documents', jsonb_agg(a.id ORDER BY a.title, a.id)))
  FROM added a WHERE a.entry_id IS NULL GROUP BY a.dossier_id;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER documents_added AFTER INSERT ON cases_document
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION cases_documents_added();

-- Withdrawn once, by who acts, now.
CREATE OR REPLACE FUNCTION cases_document_changes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF lodesk_me() IS NULL THEN
    RETURN NEW;
  END IF;
  IF OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL THEN
    RAISE insufficient_privilege USING MESSAGE = 'a document is withdrawn once, for good';
  END IF;
  NEW.withdrawn_at := now();
  NEW.withdrawn_by_id := lodesk_me();
  PERFORM cases_record(NEW.dossier_id, 'document.withdrawn',
                       jsonb_build_object('documents', jsonb_build_array(NEW.id)));
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER document_changes BEFORE UPDATE ON cases_document
  FOR EACH ROW EXECUTE FUNCTION cases_document_changes();

ALTER TABLE cases_document ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS document_read ON cases_document;
CREATE POLICY document_read ON cases_document FOR SELECT USING (
  EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id));
DROP POLICY IF EXISTS document_add ON cases_document;
CREATE POLICY document_add ON cases_document FOR INSERT WITH CHECK (
  added_by_id = lodesk_me() AND withdrawn_at IS NULL AND destroyed_at IS NULL
  AND lodesk_holds(dossier_id, 'contribute')
  AND EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id AND d.status <> 'closed')
  AND (entry_id IS NULL OR EXISTS (
    SELECT FROM cases_entry e WHERE e.id = entry_id AND e.dossier_id = cases_document.dossier_id
      AND e.author_id = lodesk_me() AND e.kind <> 'event')));
DROP POLICY IF EXISTS document_withdraw ON cases_document;
CREATE POLICY document_withdraw ON cases_document FOR UPDATE USING (
  (lodesk_holds(dossier_id, 'handle', 'oversee')
   OR added_by_id = lodesk_me() AND lodesk_holds(dossier_id, 'contribute'))
  AND EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id AND d.status <> 'closed'));
GRANT SELECT, INSERT, UPDATE (withdrawn_at, withdrawn_by_id, withdrawn_reason)
  ON cases_document TO lodesk_app;

-- A file on its way: of who sends it, who may contribute; goes forwards only.
CREATE OR REPLACE FUNCTION cases_upload_changes() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF lodesk_me() IS NULL THEN
    RETURN NEW;
  END IF;
  IF OLD.state <> 'arriving' AND NOT (OLD.state = 'arrived' AND NEW.state IN ('used', 'refused'))
     OR NEW.received < OLD.received OR NEW.parts < OLD.parts THEN
    RAISE insufficient_privilege USING MESSAGE = 'a file that has arrived stays as it is';
  END IF;
  NEW.at := now();
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER upload_changes BEFORE UPDATE ON cases_upload
  FOR EACH ROW EXECUTE FUNCTION cases_upload_changes();

ALTER TABLE cases_upload ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS upload_read ON cases_upload;
CREATE POLICY upload_read ON cases_upload FOR SELECT USING (
  person_id = lodesk_me() AND EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id));
DROP POLICY IF EXISTS upload_begin ON cases_upload;
CREATE POLICY upload_begin ON cases_upload FOR INSERT WITH CHECK (
  person_id = lodesk_me() AND state = 'arriving' AND received = 0
  AND lodesk_holds(dossier_id, 'contribute')
  AND EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id AND d.status <> 'closed'));
DROP POLICY IF EXISTS upload_goes_on ON cases_upload;
CREATE POLICY upload_goes_on ON cases_upload FOR UPDATE USING (
  person_id = lodesk_me() AND lodesk_holds(dossier_id, 'contribute'));
GRANT SELECT, INSERT, UPDATE (state, problem, received, parts, kind, sha256)
  ON cases_upload TO lodesk_app;

-- A version: made of a file that arrived, sent by who adds it, for this dossier; used once, and the
-- key of the file moves along. The database counts the versions.
CREATE OR REPLACE FUNCTION cases_version_begins() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  of_dossier uuid;
BEGIN
  SELECT d.dossier_id INTO of_dossier FROM cases_document d WHERE d.id = NEW.document_id
    FOR NO KEY UPDATE;
  IF lodesk_me() IS NOT NULL OR NEW.number = 0 THEN
    SELECT COALESCE(max(v.number), 0) + 1 INTO NEW.number FROM cases_documentversion v
      WHERE v.document_id = NEW.document_id;
  END IF;
  IF lodesk_me() IS NULL THEN
    RETURN NEW;
  END IF;
  NEW.at := now();
  UPDATE cases_upload u SET state = 'used', wrapped_key = ''
    WHERE u.file = NEW.file AND u.person_id = lodesk_me() AND u.dossier_id = of_dossier
      AND u.state = 'arrived'
      AND (u.size, u.sha256, u.kind, u.key_name, u.wrapped_key)
        = (NEW.size, NEW.sha256, NEW.kind, NEW.key_name, NEW.wrapped_key);
  IF NOT FOUND THEN
    RAISE insufficient_privilege USING MESSAGE = 'a version is made of a file that has arrived';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER version_begins BEFORE INSERT ON cases_documentversion
  FOR EACH ROW EXECUTE FUNCTION cases_version_begins();

CREATE OR REPLACE FUNCTION cases_version_added() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM cases_record(d.dossier_id, 'document.replaced', jsonb_build_object(
    'documents', jsonb_build_array(d.id), 'number', NEW.number))
  FROM cases_document d WHERE d.id = NEW.document_id;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER version_added AFTER INSERT ON cases_documentversion
  FOR EACH ROW WHEN (NEW.number > 1) EXECUTE FUNCTION cases_version_added();

ALTER TABLE cases_documentversion ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS version_read ON cases_documentversion;
CREATE POLICY version_read ON cases_documentversion FOR SELECT USING (EXISTS (
  SELECT FROM cases_document m JOIN cases_dossier d ON d.id = m.dossier_id
  WHERE m.id = document_id));
DROP POLICY IF EXISTS version_add ON cases_documentversion;
CREATE POLICY version_add ON cases_documentversion FOR INSERT WITH CHECK (
  added_by_id = lodesk_me() AND EXISTS (
    SELECT FROM cases_document m JOIN cases_dossier d ON d.id = m.dossier_id
    WHERE m.id = document_id AND m.withdrawn_at IS NULL AND m.destroyed_at IS NULL
      AND d.status <> 'closed' AND lodesk_holds(d.id, 'contribute')));
GRANT SELECT, INSERT ON cases_documentversion TO lodesk_app;

-- Forget files nobody finished within a day, and the rows of those that became versions. Answers
-- with what the store still has of them. Safe: for the system only, nobody acting.
CREATE OR REPLACE FUNCTION cases_forget_uploads(most integer) RETURNS TABLE (
  file varchar, parts integer, whole boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF lodesk_me() IS NOT NULL THEN
    RAISE insufficient_privilege USING MESSAGE = 'only the system forgets uploads';
  END IF;
  RETURN QUERY
    DELETE FROM cases_upload u WHERE u.id IN (
      SELECT o.id FROM cases_upload o WHERE o.at < now() - interval '1 day'
      ORDER BY o.at LIMIT most FOR UPDATE SKIP LOCKED)
    RETURNING u.file, u.parts, u.state <> 'used';
END $$;
