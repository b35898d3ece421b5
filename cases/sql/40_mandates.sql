-- Mandates: asked by who needs them, decided by a coordinator of the owner country who did not
-- ask, with a mandatory end that nobody prolongs.

CREATE OR REPLACE FUNCTION cases_mandate_begins() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  country text;
BEGIN
  -- Of what is out of sight it says the same as of what is not there: this runs before the policy.
  IF NEW.dossier_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM cases_dossier d WHERE d.id = NEW.dossier_id AND d.owner = NEW.owner
      AND (lodesk_me() IS NULL OR lodesk_holds(d.id, 'view'))) THEN
    RAISE insufficient_privilege USING MESSAGE = 'a mandate is given by the owner of its dossier';
  END IF;
  country := COALESCE(
    (SELECT p.country FROM accounts_person p WHERE p.id = NEW.receiver_person_id),
    (SELECT g.country FROM accounts_nationalgroup g WHERE g.group_id = NEW.receiver_group_id));
  IF country IS DISTINCT FROM NEW.receiver_country THEN
    RAISE insufficient_privilege USING MESSAGE = 'the receiver is of another country';
  END IF;
  IF lodesk_me() IS NOT NULL THEN
    NEW.asked_at := now();
  END IF;
  IF NEW.number = '' OR lodesk_me() IS NOT NULL THEN
    NEW.number := format('%s-M-%s-%s', NEW.owner, extract(year FROM NEW.asked_at),
      cases_padded(cases_next_number('mandate', NEW.owner, NULL,
                                     extract(year FROM NEW.asked_at)::integer), 3));
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER mandate_begins BEFORE INSERT ON cases_mandate
  FOR EACH ROW EXECUTE FUNCTION cases_mandate_begins();

-- The same table as MANDATE_STEPS in cases/states.py; an offer that is withdrawn ends what was
-- asked for it.
CREATE OR REPLACE FUNCTION cases_mandate_follows(before text, after text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT (before, after) IN (
    ('asked', 'given'), ('asked', 'refused'), ('asked', 'ended'), ('given', 'ended'))
$$;

CREATE OR REPLACE FUNCTION cases_mandate_changes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  decided text[] := '{state,level,purpose,purpose_text,legal_basis,conditions,starts_at,ends_at,decided_by_id,decided_at,decision_reason}';
  ended text[] := '{state,ended_by_id,ended_at}';
  stays jsonb;
  stayed jsonb;
BEGIN
  IF NOT cases_mandate_follows(OLD.state, NEW.state) THEN
    RAISE insufficient_privilege USING MESSAGE = 'a mandate is decided once and never prolonged';
  END IF;
  IF NEW.state = 'ended' THEN
    stays := to_jsonb(NEW) - ended;
    stayed := to_jsonb(OLD) - ended;
  ELSE
    stays := to_jsonb(NEW) - decided;
    stayed := to_jsonb(OLD) - decided;
    IF lodesk_me() IS NOT NULL THEN
      NEW.decided_by_id := lodesk_me();
      NEW.decided_at := now();
    END IF;
  END IF;
  IF stays <> stayed THEN
    RAISE insufficient_privilege USING MESSAGE = 'this part of a mandate never changes';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER mandate_changes BEFORE UPDATE ON cases_mandate
  FOR EACH ROW EXECUTE FUNCTION cases_mandate_changes();

-- Ending takes the grants along, in the same statement, and leaves no work with who lost sight:
-- it falls to the queue of the owner's team.
CREATE OR REPLACE FUNCTION cases_mandate_ended() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  touched uuid;
BEGIN
  -- Offers before dossiers, as everywhere: an answer that is on its way counts first.
  PERFORM FROM cases_handover WHERE mandate_id = NEW.id AND state = 'offered'
  ORDER BY id FOR UPDATE;
  FOR touched IN
    SELECT DISTINCT content_object_id FROM cases_dossieruserpermission WHERE mandate_id = NEW.id
    UNION SELECT DISTINCT content_object_id FROM cases_dossiergrouppermission
    WHERE mandate_id = NEW.id ORDER BY 1
  LOOP
    PERFORM FROM cases_dossier WHERE id = touched FOR NO KEY UPDATE;
    UPDATE cases_dossier d SET handler_id = NULL
    WHERE d.id = touched AND EXISTS (
      SELECT FROM cases_dossieruserpermission g JOIN auth_permission p ON p.id = g.permission_id
      WHERE g.content_object_id = d.id AND g.user_id = d.handler_id AND g.mandate_id = NEW.id
        AND p.codename = 'handle_dossier');
    PERFORM cases_record(touched, 'mandate.ended', jsonb_build_object('mandate', NEW.number));
  END LOOP;
  UPDATE cases_handover SET state = 'expired', answered_at = now()
  WHERE mandate_id = NEW.id AND state = 'offered';
  DELETE FROM cases_dossieruserpermission WHERE mandate_id = NEW.id;
  DELETE FROM cases_dossiergrouppermission WHERE mandate_id = NEW.id;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER mandate_ended AFTER UPDATE ON cases_mandate
  FOR EACH ROW WHEN (OLD.state = 'given' AND NEW.state = 'ended')
  EXECUTE FUNCTION cases_mandate_ended();

-- Whether the acting person may ask for a mandate: who works the dossier, or, for a standing
-- mandate, somebody of the owner's headquarters. Safe: about the acting person only.
CREATE OR REPLACE FUNCTION lodesk_may_ask(of_owner text, about uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT CASE WHEN about IS NOT NULL THEN lodesk_holds(about, 'handle', 'oversee')
    ELSE accounts_serves(lodesk_me(), 'headquarters_officer', of_owner)
      OR accounts_serves(lodesk_me(), 'coordinator', of_owner) END
$$;

ALTER TABLE cases_mandate ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS mandate_read ON cases_mandate;
CREATE POLICY mandate_read ON cases_mandate FOR SELECT USING (
  (dossier_id IS NOT NULL AND EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id))
  OR (state = 'asked' AND asked_by_id = lodesk_me() AND accounts_principals(lodesk_me()) <> '{}')
  OR accounts_serves(lodesk_me(), 'coordinator', owner)
  OR (dossier_id IS NULL AND (
    (owner = lodesk_country() AND accounts_principals(lodesk_me()) <> '{}')
    OR cases_mandate_valid(id, lodesk_me(), accounts_principals(lodesk_me())))));
DROP POLICY IF EXISTS mandate_ask ON cases_mandate;
CREATE POLICY mandate_ask ON cases_mandate FOR INSERT WITH CHECK (
  state = 'asked' AND asked_by_id = lodesk_me() AND decided_by_id IS NULL AND ended_by_id IS NULL
  AND decided_at IS NULL AND ended_at IS NULL AND decision_reason = ''
  AND lodesk_may_ask(owner, dossier_id));
DROP POLICY IF EXISTS mandate_decide ON cases_mandate;
CREATE POLICY mandate_decide ON cases_mandate FOR UPDATE
  USING (accounts_serves(lodesk_me(), 'coordinator', owner)
         AND (state = 'given' OR state = 'asked' AND asked_by_id <> lodesk_me()))
  WITH CHECK (accounts_serves(lodesk_me(), 'coordinator', owner)
              AND (state <> 'ended' OR ended_by_id = lodesk_me()));
GRANT SELECT, INSERT, UPDATE (
  state, level, purpose, purpose_text, legal_basis, conditions, starts_at, ends_at,
  decided_by_id, decided_at, decision_reason, ended_by_id, ended_at
) ON cases_mandate TO lodesk_app;
