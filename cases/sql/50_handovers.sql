-- Handovers: an offer is written by who may hand over; every later step goes through
-- cases_move_work, which checks offer, addressee, mandate and certificate again.

-- Whether a person or a group can be offered a dossier: working at its desk now, and not handling it
-- already; where the owner has no team at the desk, its headquarters stands in. Internal.
CREATE OR REPLACE FUNCTION cases_can_be_offered(d cases_dossier, who integer, team integer)
RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT CASE WHEN who IS NOT NULL THEN
    who IS DISTINCT FROM d.handler_id AND EXISTS (
      SELECT FROM accounts_posting p JOIN accounts_user u ON u.person_ptr_id = p.person_id
      WHERE p.person_id = who AND p.desk_id = d.desk_id AND p.group_id IS NOT NULL AND u.is_active
        AND p.starts_at <= now() AND (p.ends_at IS NULL OR p.ends_at > now()))
  ELSE EXISTS (
    SELECT FROM accounts_nationalgroup g WHERE g.group_id = team AND (
      g.desk_id = d.desk_id
      OR g.desk_id IS NULL AND g.country = d.owner AND NOT EXISTS (
        SELECT FROM accounts_nationalgroup t
        WHERE t.country = d.owner AND t.desk_id = d.desk_id))) END
$$;
REVOKE EXECUTE ON FUNCTION cases_can_be_offered FROM PUBLIC;

-- What an offer must be when it is made; crossing the border it waits for a mandate, unless a
-- valid one (a standing mandate) already covers it.
CREATE OR REPLACE FUNCTION cases_handover_begins() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  d cases_dossier;
  m cases_mandate;
  country text;
  confined_to_team boolean;
BEGIN
  -- This runs before the policy: it locks no dossier for who may not offer it, and says of what is
  -- out of sight the same as of what is not there.
  IF lodesk_me() IS NOT NULL
     AND NOT cases_may_offer(NEW.dossier_id, NEW.kind, NEW.to_person_id) THEN
    RAISE insufficient_privilege USING MESSAGE = 'only who works a dossier offers it';
  END IF;
  SELECT * INTO STRICT d FROM cases_dossier WHERE id = NEW.dossier_id FOR NO KEY UPDATE;
  IF lodesk_me() IS NOT NULL THEN
    NEW.offered_at := now();
    IF d.status = 'closed' THEN
      RAISE insufficient_privilege USING MESSAGE = 'a closed dossier is not handed over';
    END IF;
  END IF;
  country := COALESCE(
    (SELECT p.country FROM accounts_person p WHERE p.id = NEW.to_person_id),
    (SELECT g.country FROM accounts_nationalgroup g WHERE g.group_id = NEW.to_group_id));
  confined_to_team := d.confined AND NEW.to_group_id IS NOT NULL;
  IF lodesk_me() IS NOT NULL AND NOT cases_can_be_offered(d, NEW.to_person_id, NEW.to_group_id) THEN
    RAISE insufficient_privilege USING MESSAGE = 'nobody of that name works at this desk now';
  END IF;
  IF country IS NULL OR confined_to_team THEN
    RAISE insufficient_privilege USING MESSAGE = 'this addressee cannot be offered the dossier';
  END IF;
  IF country = d.owner THEN
    NEW.mandate_id := NULL;
    IF NEW.state = 'awaiting_mandate' THEN
      RAISE insufficient_privilege USING MESSAGE = 'no mandate is needed within a country';
    END IF;
    RETURN NEW;
  END IF;
  SELECT * INTO m FROM cases_mandate WHERE id = NEW.mandate_id AND owner = d.owner
    AND level = 'handle' AND (dossier_id = d.id OR dossier_id IS NULL AND desk_id = d.desk_id
                              AND (kinds = '{}' OR d.kind = ANY(kinds)))
    AND (receiver_person_id = NEW.to_person_id OR receiver_group_id = NEW.to_group_id
         OR receiver_group_id = ANY(accounts_principals(NEW.to_person_id)));
  IF NOT FOUND OR NOT (
    (NEW.state = 'awaiting_mandate' AND m.state = 'asked')
    OR (m.state = 'given' AND m.starts_at <= now() AND m.ends_at > now())) THEN
    IF lodesk_me() IS NOT NULL OR NOT FOUND THEN
      RAISE insufficient_privilege USING MESSAGE = 'an offer across the border needs a mandate';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER handover_begins BEFORE INSERT ON cases_handover
  FOR EACH ROW WHEN (NEW.kind NOT IN ('taken', 'reassigned'))  -- no offers: see 52_taking.sql
  EXECUTE FUNCTION cases_handover_begins();

-- The same table as HANDOVER_STEPS in cases/states.py, with what time and opening do.
CREATE OR REPLACE FUNCTION cases_handover_follows(before text, step text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE before || ' ' || step
    WHEN 'awaiting_mandate give_mandate' THEN 'offered'
    WHEN 'awaiting_mandate refuse_mandate' THEN 'refused'
    WHEN 'awaiting_mandate withdraw' THEN 'withdrawn'
    WHEN 'awaiting_mandate expire' THEN 'expired'
    WHEN 'offered accept' THEN 'accepted'
    WHEN 'offered decline' THEN 'declined'
    WHEN 'offered withdraw' THEN 'withdrawn'
    WHEN 'offered expire' THEN 'expired'
    WHEN 'offered offer' THEN 'offered'
    WHEN 'awaiting_mandate offer' THEN 'awaiting_mandate' END
$$;

-- Whether the acting person may take this step on an offer. Internal.
CREATE OR REPLACE FUNCTION cases_may_move(h cases_handover, d cases_dossier, step text)
RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  me integer := lodesk_me();
  mine integer[] := accounts_principals(lodesk_me());
BEGIN
  IF step = 'expire' THEN
    RETURN me IS NULL AND h.answer_by <= now();
  END IF;
  IF me IS NULL OR mine = '{}' THEN
    RETURN false;
  END IF;
  IF step IN ('give_mandate', 'refuse_mandate') THEN
    RETURN accounts_serves(me, 'coordinator', d.owner) AND EXISTS (
      SELECT FROM cases_mandate m WHERE m.id = h.mandate_id AND m.decided_by_id = me
        AND m.state = CASE step WHEN 'give_mandate' THEN 'given' ELSE 'refused' END);
  END IF;
  IF step = 'offer' THEN  -- in the transaction that made the offer, and only there
    RETURN h.giver_id = me AND h.offered_at = now()
      AND cases_may_offer(d.id, h.kind, h.to_person_id);
  END IF;
  IF step = 'withdraw' THEN
    RETURN lodesk_holds(d.id, 'oversee') OR (h.giver_id = me AND lodesk_holds(d.id, 'view'));
  END IF;
  IF h.answer_by <= now() OR NOT (h.to_person_id IS NOT DISTINCT FROM me
                                  OR COALESCE(h.to_group_id = ANY(mine), false)) THEN
    RETURN false;
  END IF;
  IF step = 'decline' THEN
    RETURN lodesk_holds(d.id, 'view');
  END IF;
  RETURN accounts_certified(me, d.owner)
    AND (accounts_country(me) = d.owner OR cases_mandate_valid(h.mandate_id, me, mine));
END $$;
REVOKE EXECUTE ON FUNCTION cases_may_move FROM PUBLIC;

-- What an event of a handover says in the timeline. Internal.
CREATE OR REPLACE FUNCTION cases_handover_facts(h cases_handover) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'giver', (SELECT format('%s (%s)', name, country) FROM accounts_person WHERE id = h.giver_id),
    'receiver', COALESCE(
      (SELECT format('%s (%s)', name, country) FROM accounts_person
       WHERE id = COALESCE(h.answered_by_id, h.to_person_id)),
      (SELECT g.name FROM auth_group g WHERE g.id = h.to_group_id)),
    'mandate', (SELECT number FROM cases_mandate WHERE id = h.mandate_id),
    'until', (SELECT ends_at FROM cases_mandate WHERE id = h.mandate_id),
    'reason', NULLIF(h.answer_reason, '')))
$$;
REVOKE EXECUTE ON FUNCTION cases_handover_facts FROM PUBLIC;

-- Acceptance moves the handler and the grants, in one transaction. Internal.
CREATE OR REPLACE FUNCTION cases_take_over(h cases_handover, d cases_dossier, who integer)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  of_country text := (SELECT country FROM accounts_person WHERE id = who);
  kept_under uuid;
BEGIN
  kept_under := (SELECT g.mandate_id FROM cases_dossieruserpermission g
                 WHERE g.content_object_id = d.id AND g.user_id = d.handler_id LIMIT 1);
  DELETE FROM cases_dossiergrouppermission
  WHERE content_object_id = d.id AND handover_id = h.id;
  DELETE FROM cases_dossieruserpermission
  WHERE content_object_id = d.id AND (handover_id = h.id OR user_id IN (who, d.handler_id));
  PERFORM cases_grant_person(d.id, who, 'handle',
    CASE WHEN of_country = d.owner THEN NULL ELSE h.mandate_id END, h.id, now());
  -- Whose own mandate has ended keeps nothing, and does not hold up the acceptance.
  IF h.giver_keeps <> 'none' AND d.handler_id IS DISTINCT FROM who AND (
    cases_mandate_valid(kept_under, d.handler_id, accounts_principals(d.handler_id))
    OR EXISTS (SELECT FROM accounts_person p WHERE p.id = d.handler_id AND p.country = d.owner))
  THEN
    PERFORM cases_grant_person(d.id, d.handler_id, h.giver_keeps, kept_under, h.id, now());
  END IF;
  UPDATE cases_dossier SET handler_id = who WHERE id = d.id;
END $$;
REVOKE EXECUTE ON FUNCTION cases_take_over FROM PUBLIC;

-- Take a step on an offer: state, handler, grants and the event in the timeline, together.
-- Safe: the row lock makes exactly one answer count, and every condition is checked here again.
CREATE OR REPLACE FUNCTION cases_move_work(which uuid, step text, reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  h cases_handover;
  d cases_dossier;
  becomes text;
BEGIN
  SELECT * INTO h FROM cases_handover WHERE id = which FOR UPDATE;
  SELECT * INTO d FROM cases_dossier WHERE id = h.dossier_id FOR NO KEY UPDATE;
  becomes := cases_handover_follows(h.state, step);
  IF h.id IS NULL OR becomes IS NULL OR NOT cases_may_move(h, d, step) THEN
    RAISE insufficient_privilege USING MESSAGE = 'this step is not possible';
  END IF;
  IF step <> 'offer' AND step <> 'give_mandate' THEN
    h.answered_by_id := lodesk_me();
    h.answered_at := now();
    h.answer_reason := reason;
  END IF;
  h.state := becomes;
  UPDATE cases_handover SET state = h.state, answered_by_id = h.answered_by_id,
    answered_at = h.answered_at, answer_reason = h.answer_reason WHERE id = h.id;
  PERFORM cases_record(d.id, 'handover.' || becomes, cases_handover_facts(h));
  IF step = 'withdraw' OR step = 'expire' THEN
    UPDATE cases_mandate SET state = 'ended', ended_at = now(), ended_by_id = lodesk_me()
    WHERE id = h.mandate_id AND state = 'asked';
  END IF;
  IF becomes = 'accepted' THEN
    PERFORM cases_take_over(h, d, lodesk_me());
  ELSIF becomes = 'offered' AND h.to_person_id IS NOT NULL THEN
    PERFORM cases_grant_person(d.id, h.to_person_id, 'view', h.mandate_id, h.id, now());
  ELSIF becomes = 'offered' THEN
    PERFORM cases_grant_group(d.id, h.to_group_id, '{view}', h.mandate_id, h.id, now());
  ELSE
    DELETE FROM cases_dossieruserpermission
    WHERE content_object_id = d.id AND handover_id = h.id;
    DELETE FROM cases_dossiergrouppermission
    WHERE content_object_id = d.id AND handover_id = h.id;
  END IF;
  RETURN becomes;
END $$;

CREATE INDEX IF NOT EXISTS handover_keeps ON cases_handover (giver_keeps_until)
  WHERE giver_keeps_until IS NOT NULL;
ALTER TABLE cases_handover ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS handover_read ON cases_handover;
CREATE POLICY handover_read ON cases_handover FOR SELECT USING (
  EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id));
DROP POLICY IF EXISTS handover_offer ON cases_handover;
CREATE POLICY handover_offer ON cases_handover FOR INSERT WITH CHECK (
  giver_id = lodesk_me() AND state IN ('offered', 'awaiting_mandate')
  AND kind NOT IN ('taken', 'reassigned')
  AND answered_by_id IS NULL AND lodesk_holds(dossier_id, 'handle', 'oversee'));
-- To lock a row one needs a right and a policy to change it; the check lets no change through.
DROP POLICY IF EXISTS handover_lock ON cases_handover;
CREATE POLICY handover_lock ON cases_handover FOR UPDATE
  USING (EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id)) WITH CHECK (false);
GRANT SELECT, INSERT, UPDATE (answer_reason) ON cases_handover TO lodesk_app;
