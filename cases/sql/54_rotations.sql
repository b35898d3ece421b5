-- Rotations: the portfolio of an officer who leaves a desk. Who leaves and the head of desk steer
-- one; the plan moves nothing. Every dossier moves by an offer of its own (50_handovers.sql).

-- Whether a person works for this country at this desk now. Safe: the directory says as much.
CREATE OR REPLACE FUNCTION lodesk_works_at(who integer, of_country text, at_desk bigint)
RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (
    SELECT FROM accounts_posting p JOIN accounts_user u ON u.person_ptr_id = p.person_id
    WHERE p.person_id = who AND p.country = of_country AND p.desk_id = at_desk AND u.is_active
      AND p.starts_at <= now() AND (p.ends_at IS NULL OR p.ends_at > now()))
$$;

-- Whether a rotation has offered the acting person something: who has just declined the last of it,
-- and sees none of its dossiers any more, still tells so. Safe: about the acting person only.
CREATE OR REPLACE FUNCTION lodesk_receives(which uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT accounts_principals(lodesk_me()) <> '{}' AND EXISTS (
    SELECT FROM cases_rotationline l WHERE l.rotation_id = which
      AND l.receiver_id = lodesk_me() AND l.handover_id IS NOT NULL)
$$;

-- Whether an open rotation that the acting person steers plans to give this dossier, which its
-- leaver still handles, to this receiver. The head of desk offers what he may add to himself: no
-- confined dossier. Safe: about the acting person only.
CREATE OR REPLACE FUNCTION lodesk_rotates(which uuid, receiver integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT lodesk_holds(which, 'contribute') AND EXISTS (
    SELECT FROM cases_rotationline l
    JOIN cases_rotation r ON r.id = l.rotation_id
    JOIN cases_dossier d ON d.id = l.dossier_id
    WHERE l.dossier_id = which AND l.receiver_id = receiver
      AND r.state IN ('planned', 'offered') AND d.handler_id = r.leaver_id
      AND lodesk_arranges_for(r.leaver_id, r.country, r.desk_id))
$$;

-- Whether the acting person may write an offer of this kind: of a rotation what its plan says, else
-- who works the dossier. Internal.
CREATE OR REPLACE FUNCTION cases_may_offer(which uuid, of_kind text, receiver integer)
RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT CASE of_kind WHEN 'rotation' THEN lodesk_rotates(which, receiver)
    ELSE lodesk_holds(which, 'handle', 'oversee') END
$$;
REVOKE EXECUTE ON FUNCTION cases_may_offer FROM PUBLIC;

CREATE OR REPLACE FUNCTION cases_rotation_begins() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF lodesk_me() IS NOT NULL THEN
    NEW.begun_at := now();
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER rotation_begins BEFORE INSERT ON cases_rotation
  FOR EACH ROW EXECUTE FUNCTION cases_rotation_begins();

-- A rotation goes forwards only; the database sets the moment of its end.
CREATE OR REPLACE FUNCTION cases_rotation_changes() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  changing text[] := '{state,ended_at}';
BEGIN
  IF OLD.state NOT IN ('planned', 'offered') OR NEW.state = 'planned'
     OR to_jsonb(NEW) - changing <> to_jsonb(OLD) - changing THEN
    RAISE insufficient_privilege USING MESSAGE = 'a rotation goes forwards only';
  END IF;
  NEW.ended_at := CASE WHEN NEW.state = 'offered' THEN NULL ELSE now() END;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER rotation_changes BEFORE UPDATE ON cases_rotation
  FOR EACH ROW EXECUTE FUNCTION cases_rotation_changes();

-- A line gets another receiver while nothing is offered, and the offer that was made of it; what
-- was declined or has lapsed is planned again by taking its offer off the line.
CREATE OR REPLACE FUNCTION cases_rotationline_changes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  changing text[] := '{receiver_id,handover_id}';
BEGIN
  IF to_jsonb(NEW) - changing <> to_jsonb(OLD) - changing OR EXISTS (
    SELECT FROM cases_handover h
    WHERE h.id = OLD.handover_id AND h.state IN ('offered', 'accepted')) THEN
    RAISE insufficient_privilege USING MESSAGE = 'this line is offered';
  END IF;
  IF NEW.handover_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM cases_handover h
    WHERE h.id = NEW.handover_id AND h.dossier_id = NEW.dossier_id AND h.kind = 'rotation'
      AND h.to_person_id = NEW.receiver_id AND h.state = 'offered'
      AND COALESCE(h.giver_id = lodesk_me(), true)) THEN
    RAISE insufficient_privilege USING MESSAGE = 'this is not the offer of this line';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER rotationline_changes BEFORE UPDATE ON cases_rotationline
  FOR EACH ROW EXECUTE FUNCTION cases_rotationline_changes();

ALTER TABLE cases_rotation ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS rotation_read ON cases_rotation;
CREATE POLICY rotation_read ON cases_rotation FOR SELECT USING (
  lodesk_arranges_for(leaver_id, country, desk_id)
  OR accounts_serves(lodesk_me(), 'headquarters_officer', country)
  OR accounts_serves(lodesk_me(), 'coordinator', country)
  OR lodesk_receives(id));
DROP POLICY IF EXISTS rotation_begin ON cases_rotation;
CREATE POLICY rotation_begin ON cases_rotation FOR INSERT WITH CHECK (
  begun_by_id = lodesk_me() AND state = 'planned'
  AND lodesk_arranges_for(leaver_id, country, desk_id)
  AND lodesk_works_at(leaver_id, country, desk_id));
DROP POLICY IF EXISTS rotation_go_on ON cases_rotation;
CREATE POLICY rotation_go_on ON cases_rotation FOR UPDATE
  USING (lodesk_arranges_for(leaver_id, country, desk_id));
GRANT SELECT, INSERT, UPDATE (state, ended_at) ON cases_rotation TO lodesk_app;

-- A line is there while its dossier is: of a confined one the head of desk reads nothing. Who
-- receives reads what was offered to him, not the plan.
ALTER TABLE cases_rotationline ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS rotationline_read ON cases_rotationline;
CREATE POLICY rotationline_read ON cases_rotationline FOR SELECT USING (
  EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id)
  AND EXISTS (
    SELECT FROM cases_rotation r WHERE r.id = rotation_id AND (
      lodesk_arranges_for(r.leaver_id, r.country, r.desk_id)
      OR accounts_serves(lodesk_me(), 'headquarters_officer', r.country)
      OR accounts_serves(lodesk_me(), 'coordinator', r.country)
      OR receiver_id = lodesk_me() AND handover_id IS NOT NULL)));
-- What the leaver handles of the own country at this desk, to somebody else of the same team.
DROP POLICY IF EXISTS rotationline_plan ON cases_rotationline;
CREATE POLICY rotationline_plan ON cases_rotationline FOR INSERT WITH CHECK (
  handover_id IS NULL AND EXISTS (
    SELECT FROM cases_rotation r JOIN cases_dossier d ON d.id = dossier_id
    WHERE r.id = rotation_id AND r.state IN ('planned', 'offered')
      AND lodesk_arranges_for(r.leaver_id, r.country, r.desk_id)
      AND d.handler_id = r.leaver_id AND d.owner = r.country AND d.desk_id = r.desk_id
      AND d.status <> 'closed'
      AND (receiver_id IS NULL OR receiver_id <> r.leaver_id
           AND lodesk_works_at(receiver_id, r.country, r.desk_id))));
DROP POLICY IF EXISTS rotationline_replan ON cases_rotationline;
CREATE POLICY rotationline_replan ON cases_rotationline FOR UPDATE
  USING (EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id) AND EXISTS (
    SELECT FROM cases_rotation r WHERE r.id = rotation_id
      AND r.state IN ('planned', 'offered')
      AND lodesk_arranges_for(r.leaver_id, r.country, r.desk_id)))
  WITH CHECK (receiver_id IS NULL OR EXISTS (
    SELECT FROM cases_rotation r WHERE r.id = rotation_id AND receiver_id <> r.leaver_id
      AND lodesk_works_at(receiver_id, r.country, r.desk_id)));
GRANT SELECT, INSERT, UPDATE (receiver_id, handover_id) ON cases_rotationline TO lodesk_app;

-- Who steers a rotation offers what its plan says, to whom it says; nothing else of it.
DROP POLICY IF EXISTS handover_rotate ON cases_handover;
CREATE POLICY handover_rotate ON cases_handover FOR INSERT WITH CHECK (
  giver_id = lodesk_me() AND state = 'offered' AND kind = 'rotation'
  AND answered_by_id IS NULL AND lodesk_rotates(dossier_id, to_person_id));
