-- Offers nobody answers: the addressee is reminded, then the owner's steering people are told, found
-- across countries by beat. What happens at the end stands in 60_time.sql.

-- The moments of an open offer at which somebody is told: half of the time there is to answer it,
-- and three quarters; of one that waits for its mandate, half of the time there is. Pure.
CREATE OR REPLACE FUNCTION cases_offer_moments(state text, since timestamptz, until timestamptz)
RETURNS TABLE (place integer, event text, at timestamptz)
LANGUAGE sql IMMUTABLE SET timezone = 'UTC' AS $$
  SELECT 1, 'mandate.waiting', since + (until - since) / 2 WHERE state = 'awaiting_mandate'
  UNION ALL SELECT 1, 'handover.waiting', since + (until - since) / 2 WHERE state = 'offered'
  UNION ALL SELECT 2, 'handover.unanswered', until - (until - since) / 4 WHERE state = 'offered'
$$;
REVOKE EXECUTE ON FUNCTION cases_offer_moments FROM PUBLIC;

-- The moments of one offer. The time to answer runs from when one could: what waited for a mandate,
-- from when that was given. Internal.
CREATE OR REPLACE FUNCTION cases_moments_of_offer(h cases_handover)
RETURNS TABLE (place integer, event text, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT m.* FROM cases_offer_moments(h.state, greatest(h.offered_at, (
    SELECT x.decided_at FROM cases_mandate x WHERE x.id = h.mandate_id)), h.answer_by) m
$$;
REVOKE EXECUTE ON FUNCTION cases_moments_of_offer FROM PUBLIC;

-- When an offer next tells somebody is never taken from who writes it; in another state it is
-- somebody else's turn.
CREATE OR REPLACE FUNCTION cases_handover_tells() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF TG_OP = 'INSERT' OR NEW.state <> OLD.state THEN
    NEW.told := 0;
  END IF;
  NEW.tell_at := (SELECT min(m.at) FROM cases_moments_of_offer(NEW) m WHERE m.place > NEW.told);
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER handover_tells BEFORE INSERT OR UPDATE ON cases_handover
  FOR EACH ROW EXECUTE FUNCTION cases_handover_tells();

-- Whose turn it is at a moment of an offer, and why they are told: who may answer or decide but
-- never who gives it; then the ladder of the owner country. Nobody of another country but the
-- addressee. Internal.
CREATE OR REPLACE FUNCTION cases_answers_for_offer(h cases_handover, d cases_dossier, event text)
RETURNS TABLE (because text, people integer[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF event = 'handover.unanswered' THEN
    RETURN QUERY SELECT * FROM cases_above_handler(d, h.to_person_id);
  ELSIF event = 'mandate.waiting' THEN
    RETURN QUERY SELECT 'coordinator', array_remove(cases_awake((
      SELECT group_id FROM accounts_nationalgroup WHERE country = d.owner AND desk_id IS NULL),
      '{coordinator}'), h.giver_id);
  ELSIF h.to_person_id IS NOT NULL THEN
    RETURN QUERY SELECT 'named', ARRAY[h.to_person_id];
  ELSE
    RETURN QUERY SELECT 'team', array_remove(cases_people_of(h.to_group_id, '{}'), h.giver_id);
  END IF;
END $$;
REVOKE EXECUTE ON FUNCTION cases_answers_for_offer FROM PUBLIC;

-- Open offers at whose next moment somebody is told, each moment once: nobody is told twice in a
-- day but of the last before the end. After a worker was away all that has come is told, as each
-- moment is somebody else's; what has lapsed by then is left to cases_tidy_up.
-- Safe: refuses whoever acts as a person; returns keys, numbers and moments; whether they still see
-- the dossier is asked again when each mail is made.
CREATE OR REPLACE FUNCTION cases_offers_waiting(most integer)
RETURNS TABLE (event text, handover uuid, mandate uuid, number varchar, answer_by timestamptz,
               dossier uuid, reference varchar, owner varchar, because text, told integer[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  h cases_handover;
  d cases_dossier;
BEGIN
  IF lodesk_me() IS NOT NULL THEN
    RAISE insufficient_privilege USING MESSAGE = 'only the system reminds';
  END IF;
  FOR h IN SELECT * FROM cases_handover x WHERE x.tell_at <= now() AND x.answer_by > now()
    ORDER BY x.tell_at, x.id LIMIT most FOR NO KEY UPDATE SKIP LOCKED
  LOOP
    SELECT * INTO STRICT d FROM cases_dossier x WHERE x.id = h.dossier_id;
    RETURN QUERY SELECT m.event, h.id, h.mandate_id, COALESCE((
        SELECT x.number FROM cases_mandate x WHERE x.id = h.mandate_id), ''), h.answer_by,
      d.id, d.reference, d.owner, w.because, w.people
    FROM cases_moments_of_offer(h) m, cases_answers_for_offer(h, d, m.event) w
    WHERE m.place > h.told AND m.at <= now() AND w.people <> '{}' ORDER BY m.place;
    UPDATE cases_handover x SET told = COALESCE((
      SELECT max(m.place) FROM cases_moments_of_offer(h) m WHERE m.at <= now()), h.told)
    WHERE x.id = h.id;
  END LOOP;
END $$;
