-- Projects: name and members are seen by the people named in them, a dossier in one by its
-- readers among them. Nothing here is asked by any rule about dossiers: a project gives no access.

-- Whether a project names the acting person as a member now, with a posting.
-- Safe: about the acting person only.
CREATE OR REPLACE FUNCTION lodesk_in_project(which uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT accounts_principals(lodesk_me()) <> '{}' AND EXISTS (
    SELECT FROM cases_projectmember m
    WHERE m.project_id = which AND m.person_id = lodesk_me() AND m.ended_at IS NULL)
$$;

-- Whether the acting person makes projects and names people: heads of desk, headquarters officers
-- and coordinators. Safe: about the acting person only; the directory says as much.
CREATE OR REPLACE FUNCTION lodesk_leads() RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT bool_or(accounts_serves(lodesk_me(), role, accounts_country(lodesk_me())))
  FROM unnest('{head_of_desk,headquarters_officer,coordinator}'::text[]) AS role
$$;

CREATE OR REPLACE TRIGGER project_begins BEFORE INSERT ON cases_project
  FOR EACH ROW EXECUTE FUNCTION cases_kept_begins();
-- A project gets another name or is ended, once; nothing else of it changes, and of an ended one
-- nothing at all.
CREATE OR REPLACE FUNCTION cases_project_changes() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  changing text[] := CASE WHEN NEW.ended_at IS NULL THEN '{name}'::text[]
    ELSE '{ended_by_id,ended_at,ended_reason}' END;
BEGIN
  IF OLD.ended_at IS NOT NULL OR to_jsonb(NEW) - changing <> to_jsonb(OLD) - changing THEN
    RAISE insufficient_privilege USING MESSAGE = 'this part of a project never changes';
  END IF;
  IF NEW.ended_at IS NOT NULL AND lodesk_me() IS NOT NULL THEN
    NEW.ended_by_id := lodesk_me();
    NEW.ended_at := now();
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER project_changes BEFORE UPDATE ON cases_project
  FOR EACH ROW EXECUTE FUNCTION cases_project_changes();
CREATE OR REPLACE TRIGGER member_begins BEFORE INSERT ON cases_projectmember
  FOR EACH ROW EXECUTE FUNCTION cases_kept_begins();
CREATE OR REPLACE TRIGGER member_ends BEFORE UPDATE ON cases_projectmember
  FOR EACH ROW EXECUTE FUNCTION cases_kept_ends();
CREATE OR REPLACE TRIGGER in_project_begins BEFORE INSERT ON cases_projectdossier
  FOR EACH ROW EXECUTE FUNCTION cases_kept_begins();
CREATE OR REPLACE TRIGGER in_project_ends BEFORE UPDATE ON cases_projectdossier
  FOR EACH ROW EXECUTE FUNCTION cases_kept_ends();

-- Who makes a project is its first member: nobody else could see it to add one.
CREATE OR REPLACE FUNCTION cases_project_made() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  INSERT INTO cases_projectmember
    (id, project_id, person_id, made_by_id, made_at, ended_reason)
  VALUES (gen_random_uuid(), NEW.id, NEW.made_by_id, NEW.made_by_id, NEW.made_at, '');
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER project_made AFTER INSERT ON cases_project
  FOR EACH ROW EXECUTE FUNCTION cases_project_made();

-- After the policies: only who works on dossiers is named in a project.
CREATE OR REPLACE FUNCTION cases_member_works() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF accounts_principals(NEW.person_id) = '{}' THEN
    RAISE insufficient_privilege USING MESSAGE = 'a member works on dossiers now';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER member_works AFTER INSERT ON cases_projectmember
  FOR EACH ROW EXECUTE FUNCTION cases_member_works();

ALTER TABLE cases_project ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS project_read ON cases_project;
CREATE POLICY project_read ON cases_project FOR SELECT USING (lodesk_in_project(id));
DROP POLICY IF EXISTS project_make ON cases_project;
CREATE POLICY project_make ON cases_project FOR INSERT WITH CHECK (
  made_by_id = lodesk_me() AND ended_at IS NULL AND lodesk_leads());
DROP POLICY IF EXISTS project_change ON cases_project;
CREATE POLICY project_change ON cases_project FOR UPDATE
  USING (ended_at IS NULL AND lodesk_in_project(id) AND lodesk_leads())
  WITH CHECK (true);  -- who may is asked of the row as it was
GRANT SELECT, INSERT, UPDATE (name, ended_by_id, ended_at, ended_reason) ON cases_project
  TO lodesk_app;

ALTER TABLE cases_projectmember ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS member_read ON cases_projectmember;
CREATE POLICY member_read ON cases_projectmember FOR SELECT USING (lodesk_in_project(project_id));
DROP POLICY IF EXISTS member_name ON cases_projectmember;
CREATE POLICY member_name ON cases_projectmember FOR INSERT WITH CHECK (
  made_by_id = lodesk_me() AND ended_at IS NULL AND lodesk_leads()
  AND lodesk_in_project(project_id)
  AND EXISTS (SELECT FROM cases_project p WHERE p.id = project_id AND p.ended_at IS NULL));
DROP POLICY IF EXISTS member_leave ON cases_projectmember;
CREATE POLICY member_leave ON cases_projectmember FOR UPDATE USING (
  lodesk_in_project(project_id) AND (person_id = lodesk_me() OR lodesk_leads()));
GRANT SELECT, INSERT, UPDATE (ended_by_id, ended_at, ended_reason) ON cases_projectmember
  TO lodesk_app;

ALTER TABLE cases_projectdossier ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS in_project_read ON cases_projectdossier;
CREATE POLICY in_project_read ON cases_projectdossier FOR SELECT USING (
  lodesk_in_project(project_id)
  AND EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id));
DROP POLICY IF EXISTS in_project_put ON cases_projectdossier;
CREATE POLICY in_project_put ON cases_projectdossier FOR INSERT WITH CHECK (
  made_by_id = lodesk_me() AND ended_at IS NULL AND lodesk_in_project(project_id)
  AND lodesk_holds(dossier_id, 'handle', 'oversee')
  AND EXISTS (SELECT FROM cases_project p WHERE p.id = project_id AND p.ended_at IS NULL));
DROP POLICY IF EXISTS in_project_take ON cases_projectdossier;
CREATE POLICY in_project_take ON cases_projectdossier FOR UPDATE USING (
  lodesk_in_project(project_id) AND lodesk_holds(dossier_id, 'handle', 'oversee'));
GRANT SELECT, INSERT, UPDATE (ended_by_id, ended_at, ended_reason) ON cases_projectdossier
  TO lodesk_app;
