-- Tasks: made and moved by who may contribute, for somebody who may, too; finished once, never
-- deleted. Assigning grants nothing: who does not hold `contribute` now is refused.

-- The same table as TASK_STEPS in cases/states.py.
CREATE OR REPLACE FUNCTION cases_task_follows(before text, after text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT (before, after) IN (('open', 'open'), ('open', 'done'), ('open', 'dropped'))
$$;

CREATE OR REPLACE FUNCTION cases_task_begins() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF lodesk_me() IS NOT NULL THEN
    NEW.made_at := now();
    NEW.reminded_at := NULL;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER task_begins BEFORE INSERT ON cases_task
  FOR EACH ROW EXECUTE FUNCTION cases_task_begins();

-- An open task may be given to somebody else or get another due time, which is reminded of again;
-- a finished one says who finished it. Nothing else of a task ever changes.
CREATE OR REPLACE FUNCTION cases_task_changes() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  changing text[] := CASE NEW.state WHEN 'open' THEN '{assignee_id,due_at,reminded_at}'::text[]
    ELSE '{state,finished_by_id,finished_at,finish_reason}' END;
BEGIN
  IF NOT cases_task_follows(OLD.state, NEW.state) THEN
    RAISE insufficient_privilege USING MESSAGE = 'a task is finished once';
  END IF;
  IF to_jsonb(NEW) - changing <> to_jsonb(OLD) - changing THEN
    RAISE insufficient_privilege USING MESSAGE = 'this part of a task never changes';
  END IF;
  IF NEW.state <> 'open' AND lodesk_me() IS NOT NULL THEN
    NEW.finished_by_id := lodesk_me();
    NEW.finished_at := now();
  END IF;
  IF NEW.due_at <> OLD.due_at THEN
    NEW.reminded_at := NULL;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER task_changes BEFORE UPDATE ON cases_task
  FOR EACH ROW EXECUTE FUNCTION cases_task_changes();

-- A person as the timeline names people. Internal.
CREATE OR REPLACE FUNCTION cases_named(who integer) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT format('%s (%s)', name, country) FROM accounts_person WHERE id = who
$$;
REVOKE EXECUTE ON FUNCTION cases_named FROM PUBLIC;

-- After the policies have let it through: who is to do it contributes, and every step of a task
-- stands in the timeline.
CREATE OR REPLACE FUNCTION cases_task_recorded() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  made boolean := TG_OP = 'INSERT';
  given boolean := TG_OP = 'INSERT' OR NEW.assignee_id <> OLD.assignee_id;
  timed boolean := TG_OP = 'INSERT' OR NEW.due_at <> OLD.due_at;
BEGIN
  IF given AND NOT cases_holds(NEW.dossier_id, NEW.assignee_id, '{contribute}') THEN
    RAISE insufficient_privilege USING MESSAGE = 'a task is for somebody who may contribute';
  END IF;
  PERFORM cases_record(NEW.dossier_id,
    CASE WHEN made THEN 'task.made' WHEN NEW.state = 'open' THEN 'task.moved'
      ELSE 'task.' || NEW.state END,
    jsonb_strip_nulls(jsonb_build_object(
      'task', NEW.id, 'title', NEW.title, 'reason', NULLIF(NEW.finish_reason, ''),
      'receiver', CASE WHEN given THEN cases_named(NEW.assignee_id) END,
      'due', CASE WHEN timed THEN NEW.due_at END)));
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER task_made AFTER INSERT ON cases_task
  FOR EACH ROW EXECUTE FUNCTION cases_task_recorded();
CREATE OR REPLACE TRIGGER task_moved AFTER UPDATE ON cases_task
  FOR EACH ROW WHEN ((OLD.state, OLD.assignee_id, OLD.due_at)
    IS DISTINCT FROM (NEW.state, NEW.assignee_id, NEW.due_at))
  EXECUTE FUNCTION cases_task_recorded();

ALTER TABLE cases_task ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS task_read ON cases_task;
CREATE POLICY task_read ON cases_task FOR SELECT USING (
  EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id));
DROP POLICY IF EXISTS task_make ON cases_task;
CREATE POLICY task_make ON cases_task FOR INSERT WITH CHECK (
  made_by_id = lodesk_me() AND state = 'open' AND lodesk_holds(dossier_id, 'contribute')
  AND EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id AND d.status <> 'closed'));
DROP POLICY IF EXISTS task_step ON cases_task;
CREATE POLICY task_step ON cases_task FOR UPDATE USING (
  lodesk_holds(dossier_id, 'contribute')
  AND EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id AND d.status <> 'closed'));
GRANT SELECT, INSERT, UPDATE (
  assignee_id, due_at, state, finished_by_id, finished_at, finish_reason
) ON cases_task TO lodesk_app;

-- Tasks that are due now and not yet reminded of, each once for each due time; those of closed
-- dossiers are passed over for good.
-- Safe: a housekeeping function across countries: it runs as nobody only and returns what the
-- alert says. Whether the assignee still has access is asked again when the mail is made.
CREATE OR REPLACE FUNCTION cases_tasks_due(most integer)
RETURNS TABLE (task uuid, dossier uuid, reference varchar, owner varchar, assignee integer,
               due timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF lodesk_me() IS NOT NULL THEN
    RAISE insufficient_privilege USING MESSAGE = 'only the system reminds';
  END IF;
  RETURN QUERY
  WITH found AS (
    SELECT t.id FROM cases_task t
    WHERE t.state = 'open' AND t.reminded_at IS NULL AND t.due_at <= now()
    ORDER BY t.due_at LIMIT most FOR UPDATE SKIP LOCKED
  ), reminded AS (
    UPDATE cases_task t SET reminded_at = now() FROM found WHERE t.id = found.id
    RETURNING t.id, t.dossier_id, t.assignee_id, t.due_at
  )
  SELECT r.id, d.id, d.reference, d.owner, r.assignee_id, r.due_at
  FROM reminded r JOIN cases_dossier d ON d.id = r.dossier_id
  WHERE d.status <> 'closed' ORDER BY r.due_at, r.id;
END $$;
