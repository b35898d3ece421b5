-- Clocks: who starts, pauses and settles them, and what follows from their rows: the due time of a
-- clock, the due time of its dossier, and when somebody is to be reminded.

-- When a clock is due, and since when it stands still. Intervals that overlap count once; what
-- begins after the due time changes nothing; an open one stops the clock. The same as
-- cases/clocks/intervals.py. Internal.
CREATE OR REPLACE FUNCTION cases_reckon(which uuid, OUT due timestamptz, OUT since timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public SET timezone = 'UTC' AS $$
DECLARE
  span tstzrange;
  begins timestamptz;
  reached timestamptz;
BEGIN
  SELECT c.term_at, c.starts_at INTO STRICT due, reached FROM cases_clock c WHERE c.id = which;
  FOR span IN
    SELECT unnest(range_agg(tstzrange(i.starts_at, i.ends_at)))
    FROM cases_clockinterval i WHERE i.clock_id = which
  LOOP
    begins := greatest(lower(span), reached);
    EXIT WHEN begins >= due;
    IF upper_inf(span) THEN
      since := begins;
      EXIT;
    END IF;
    IF upper(span) > begins THEN
      due := due + (upper(span) - begins);
      reached := upper(span);
    END IF;
  END LOOP;
END $$;
REVOKE EXECUTE ON FUNCTION cases_reckon FROM PUBLIC;

-- The moments of a clock at which somebody is told: half of the time, its last quarter but at most
-- a day before the end, the end, and a quarter and a half after it. What half-time would say within
-- a day before the end, the end's own reminder says. Pure.
CREATE OR REPLACE FUNCTION cases_moments(starts timestamptz, term timestamptz, due timestamptz)
RETURNS TABLE (place integer, event text, at timestamptz)
LANGUAGE sql IMMUTABLE SET timezone = 'UTC' AS $$
  WITH long AS (SELECT greatest(term - starts, interval '0') AS length)
  SELECT 1, 'clock.half', due - length / 2 FROM long WHERE length >= interval '4 days'
  UNION ALL SELECT 2, 'clock.near', due - least(length / 4, interval '24 hours') FROM long
  UNION ALL SELECT 3, 'clock.past', due
  UNION ALL SELECT 4, 'clock.unanswered', due + least(length / 4, interval '7 days') FROM long
  UNION ALL SELECT 5, 'clock.unanswered', due + least(length / 2, interval '14 days') FROM long
$$;
REVOKE EXECUTE ON FUNCTION cases_moments FROM PUBLIC;

-- When a clock next tells somebody; never while it stands still or when it is settled. Internal.
CREATE OR REPLACE FUNCTION cases_tells_next(c cases_clock) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT min(m.at) FROM cases_moments(c.starts_at, c.term_at, c.due_at) m
  WHERE m.place > c.told AND c.settled_at IS NULL AND c.paused_since IS NULL
$$;
REVOKE EXECUTE ON FUNCTION cases_tells_next FROM PUBLIC;

-- What follows from a row is never taken from who writes it.
CREATE OR REPLACE FUNCTION cases_clock_begins() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  NEW.due_at := NEW.term_at;
  NEW.paused_since := NULL;
  NEW.told := 0;
  NEW.told_at := NULL;
  NEW.tell_at := cases_tells_next(NEW);
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER clock_begins BEFORE INSERT ON cases_clock
  FOR EACH ROW EXECUTE FUNCTION cases_clock_begins();

CREATE OR REPLACE FUNCTION cases_clock_changes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NEW.due_at IS DISTINCT FROM OLD.due_at THEN
    NEW.told := 0;  -- another due time: what was said of the old one has to be said again
  END IF;
  NEW.tell_at := cases_tells_next(NEW);
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER clock_changes BEFORE UPDATE ON cases_clock
  FOR EACH ROW EXECUTE FUNCTION cases_clock_changes();

-- The due time of a dossier is that of its earliest running clock: whoever may contribute moves it
-- by what is recorded. Lock first, derive in a second statement (house.md section 2). Internal.
CREATE OR REPLACE FUNCTION cases_derive_due(which uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  first cases_clock;
BEGIN
  PERFORM FROM cases_dossier d WHERE d.id = which FOR NO KEY UPDATE;
  SELECT * INTO first FROM cases_clock c
  WHERE c.dossier_id = which AND c.settled_at IS NULL AND c.paused_since IS NULL
  ORDER BY c.due_at, c.id LIMIT 1;
  UPDATE cases_dossier d SET due_at = first.due_at, due_rule = COALESCE(first.rule, '')
  WHERE d.id = which
    AND (d.due_at, d.due_rule) IS DISTINCT FROM (first.due_at, COALESCE(first.rule, ''));
END $$;
REVOKE EXECUTE ON FUNCTION cases_derive_due FROM PUBLIC;

-- A change of a clock reaches its dossier, and the timeline where no entry tells it already.
CREATE OR REPLACE FUNCTION cases_clock_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM cases_derive_due(NEW.dossier_id);
  IF lodesk_me() IS NULL THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.entry_id IS NULL AND NEW.kind <> 'authorisation' AND NOT EXISTS (
      SELECT FROM cases_dossier d WHERE d.id = NEW.dossier_id AND d.opened_at = now()) THEN
      PERFORM cases_record(NEW.dossier_id, 'clock.started', jsonb_build_object(
        'kind', NEW.kind, 'due', NEW.due_at));
    END IF;
  ELSIF OLD.settled_at IS NULL AND NEW.settled_at IS NOT NULL
    AND NEW.settling_entry_id IS NULL AND NEW.settled_as <> 'replaced' THEN
    PERFORM cases_record(NEW.dossier_id, 'clock.settled', jsonb_build_object(
      'kind', NEW.kind, 'as', NEW.settled_as));
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER clock_started AFTER INSERT ON cases_clock
  FOR EACH ROW EXECUTE FUNCTION cases_clock_changed();
CREATE OR REPLACE TRIGGER clock_changed AFTER UPDATE ON cases_clock FOR EACH ROW WHEN (
  (OLD.due_at, OLD.paused_since, OLD.settled_at)
  IS DISTINCT FROM (NEW.due_at, NEW.paused_since, NEW.settled_at))
  EXECUTE FUNCTION cases_clock_changed();

-- An interval moves its clock: locked first, reckoned in a second statement, so that two who record
-- at once both count.
CREATE OR REPLACE FUNCTION cases_interval_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  c cases_clock;
  was boolean := TG_OP = 'INSERT';
BEGIN
  PERFORM FROM cases_clock x WHERE x.id = NEW.clock_id FOR NO KEY UPDATE;
  UPDATE cases_clock x SET due_at = r.due, paused_since = r.since
  FROM cases_reckon(NEW.clock_id) r WHERE x.id = NEW.clock_id;
  IF lodesk_me() IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT * INTO c FROM cases_clock x WHERE x.id = NEW.clock_id;
  IF c.settled_at IS NOT NULL THEN  -- while this waited for the clock; the policy saw it run
    RAISE insufficient_privilege USING MESSAGE = 'the clock is settled';
  END IF;
  IF was AND NEW.entry_id IS NULL THEN
    PERFORM cases_record(c.dossier_id, 'clock.paused', jsonb_build_object(
      'kind', NEW.kind, 'since', NEW.starts_at, 'expected', NEW.expected_until,
      'asker_told', NEW.asker_told_at, 'reason', NEW.reason));
  ELSIF NOT was AND NEW.ending_entry_id IS NULL THEN
    PERFORM cases_record(c.dossier_id, 'clock.resumed', jsonb_build_object(
      'kind', NEW.kind, 'until', NEW.ends_at, 'due', c.due_at));
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER interval_changed AFTER INSERT OR UPDATE ON cases_clockinterval
  FOR EACH ROW EXECUTE FUNCTION cases_interval_changed();

-- Clocks are started and settled by who may contribute; on a closed dossier only the review is
-- left, and the owner's headquarters settles it. An entry that is named is of the same dossier.
ALTER TABLE cases_clock ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS clock_read ON cases_clock;
CREATE POLICY clock_read ON cases_clock FOR SELECT USING (
  EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id));
DROP POLICY IF EXISTS clock_start ON cases_clock;
CREATE POLICY clock_start ON cases_clock FOR INSERT WITH CHECK (
  started_by_id = lodesk_me() AND settled_at IS NULL
  AND lodesk_holds(dossier_id, 'contribute')
  AND EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id AND d.status <> 'closed')
  AND (entry_id IS NULL OR EXISTS (
    SELECT FROM cases_entry e WHERE e.id = entry_id AND e.dossier_id = cases_clock.dossier_id)));
DROP POLICY IF EXISTS clock_settle ON cases_clock;
CREATE POLICY clock_settle ON cases_clock FOR UPDATE
  USING (settled_at IS NULL AND CASE
    WHEN EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id AND d.status = 'closed')
    THEN kind = 'review' AND lodesk_holds(dossier_id, 'oversee')
    ELSE lodesk_holds(dossier_id, 'contribute') END)
  WITH CHECK (settled_by_id = lodesk_me() AND settled_at <= clock_timestamp() + interval '1 minute'
    AND (settling_entry_id IS NULL OR EXISTS (
      SELECT FROM cases_entry e
      WHERE e.id = settling_entry_id AND e.dossier_id = cases_clock.dossier_id)));
GRANT SELECT, INSERT, UPDATE (settled_at, settled_as, settled_by_id, settling_entry_id)
  ON cases_clock TO lodesk_app;

-- Only a clock for an answer stands still, and only while it is not settled.
ALTER TABLE cases_clockinterval ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS interval_read ON cases_clockinterval;
CREATE POLICY interval_read ON cases_clockinterval FOR SELECT USING (EXISTS (
  SELECT FROM cases_clock c JOIN cases_dossier d ON d.id = c.dossier_id WHERE c.id = clock_id));
DROP POLICY IF EXISTS interval_add ON cases_clockinterval;
CREATE POLICY interval_add ON cases_clockinterval FOR INSERT WITH CHECK (
  started_by_id = lodesk_me() AND (ends_at IS NULL
    OR (ended_by_id = lodesk_me() AND ends_at <= clock_timestamp() + interval '1 minute'))
  AND EXISTS (
    SELECT FROM cases_clock c JOIN cases_dossier d ON d.id = c.dossier_id
    WHERE c.id = clock_id AND c.kind = 'answer' AND c.settled_at IS NULL AND d.status <> 'closed'
      AND lodesk_holds(c.dossier_id, 'contribute')
      -- Named in full: a clock has an entry_id, too.
      AND (cases_clockinterval.entry_id IS NULL OR EXISTS (
        SELECT FROM cases_entry e
        WHERE e.id = cases_clockinterval.entry_id AND e.dossier_id = c.dossier_id))));
DROP POLICY IF EXISTS interval_end ON cases_clockinterval;
CREATE POLICY interval_end ON cases_clockinterval FOR UPDATE
  USING (ends_at IS NULL AND EXISTS (
    SELECT FROM cases_clock c JOIN cases_dossier d ON d.id = c.dossier_id
    WHERE c.id = clock_id AND c.settled_at IS NULL AND d.status <> 'closed'
      AND lodesk_holds(c.dossier_id, 'contribute')))
  WITH CHECK (ended_by_id = lodesk_me() AND ends_at <= clock_timestamp() + interval '1 minute'
    AND (ending_entry_id IS NULL OR EXISTS (
      SELECT FROM cases_entry e JOIN cases_clock c ON c.dossier_id = e.dossier_id
      WHERE e.id = ending_entry_id AND c.id = clock_id)));
GRANT SELECT, INSERT, UPDATE (ends_at, ended_by_id, ending_entry_id)
  ON cases_clockinterval TO lodesk_app;
