-- Links, projects and templates: rows that are made and ended, and never deleted. Who makes or
-- ends one is who acts, at the present moment; nothing else of it changes.

CREATE OR REPLACE FUNCTION cases_kept_begins() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF lodesk_me() IS NOT NULL THEN
    NEW.made_at := now();
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION cases_kept_ends() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  ending text[] := '{ended_by_id,ended_at,ended_reason}';
BEGIN
  IF OLD.ended_at IS NOT NULL OR to_jsonb(NEW) - ending <> to_jsonb(OLD) - ending THEN
    RAISE insufficient_privilege USING MESSAGE = 'this is ended once, and never changed';
  END IF;
  IF lodesk_me() IS NOT NULL THEN
    NEW.ended_by_id := lodesk_me();
    NEW.ended_at := now();
  END IF;
  RETURN NEW;
END $$;

-- Links: the row is there for who sees both ends now, and for nobody else: not even a count.
CREATE OR REPLACE TRIGGER link_begins BEFORE INSERT ON cases_link
  FOR EACH ROW EXECUTE FUNCTION cases_kept_begins();
CREATE OR REPLACE TRIGGER link_ends BEFORE UPDATE ON cases_link
  FOR EACH ROW EXECUTE FUNCTION cases_kept_ends();
ALTER TABLE cases_link ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS link_read ON cases_link;
CREATE POLICY link_read ON cases_link FOR SELECT USING (
  EXISTS (SELECT FROM cases_dossier d WHERE d.id = source_id)
  AND EXISTS (SELECT FROM cases_dossier d WHERE d.id = target_id));
DROP POLICY IF EXISTS link_make ON cases_link;
CREATE POLICY link_make ON cases_link FOR INSERT WITH CHECK (
  made_by_id = lodesk_me() AND ended_at IS NULL
  AND lodesk_holds(source_id, 'contribute') AND lodesk_holds(target_id, 'contribute')
  AND EXISTS (SELECT FROM cases_dossier d WHERE d.id = source_id AND d.status <> 'closed'));
DROP POLICY IF EXISTS link_end ON cases_link;
CREATE POLICY link_end ON cases_link FOR UPDATE USING (
  lodesk_holds(source_id, 'contribute') AND lodesk_holds(target_id, 'contribute'));
GRANT SELECT, INSERT, UPDATE (ended_by_id, ended_at, ended_reason) ON cases_link TO lodesk_app;

-- Templates: read by the own country, and while in use by who may open such a dossier for it now
-- under a standing mandate; kept by its coordinators.
CREATE OR REPLACE TRIGGER template_begins BEFORE INSERT ON cases_template
  FOR EACH ROW EXECUTE FUNCTION cases_kept_begins();
CREATE OR REPLACE TRIGGER template_ends BEFORE UPDATE ON cases_template
  FOR EACH ROW EXECUTE FUNCTION cases_kept_ends();
ALTER TABLE cases_template ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS template_read ON cases_template;
CREATE POLICY template_read ON cases_template FOR SELECT USING (
  accounts_principals(lodesk_me()) <> '{}' AND (owner = lodesk_country() OR (ended_at IS NULL
    AND EXISTS (SELECT FROM accounts_desk k
      WHERE lodesk_may_open(owner, k.id, kind, lodesk_me())))));
DROP POLICY IF EXISTS template_make ON cases_template;
CREATE POLICY template_make ON cases_template FOR INSERT WITH CHECK (
  made_by_id = lodesk_me() AND ended_at IS NULL
  AND accounts_serves(lodesk_me(), 'coordinator', owner));
DROP POLICY IF EXISTS template_end ON cases_template;
CREATE POLICY template_end ON cases_template FOR UPDATE
  USING (accounts_serves(lodesk_me(), 'coordinator', owner));
GRANT SELECT, INSERT, UPDATE (ended_by_id, ended_at, ended_reason) ON cases_template
  TO lodesk_app;
