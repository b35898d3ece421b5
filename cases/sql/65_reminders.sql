-- What is due: who is to be told, found across countries by beat.

-- Clocks at whose next moment somebody is told, each moment once. The handler; without one, or a
-- quarter of the time after the end, the owner's head of desk; where there is none, on a confined
-- dossier, and another quarter later, the owner's headquarters. Nobody of another country but the
-- handler under a mandate. What headquarters owe is told to headquarters too. Of several moments
-- that have come, as after a worker was away, only the last is told; half-time and the end to come
-- are told at most once a day.
-- Safe: refuses whoever acts as a person; returns keys, codes and numbers of people; whether they
-- still see the dossier is asked again when each mail is made.
CREATE OR REPLACE FUNCTION cases_remind(most integer)
RETURNS TABLE (event text, clock uuid, kind varchar, due timestamptz, dossier uuid,
               reference varchar, owner varchar, because text, told integer[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  c cases_clock;
  d cases_dossier;
  come record;
BEGIN
  IF lodesk_me() IS NOT NULL THEN
    RAISE insufficient_privilege USING MESSAGE = 'only the system reminds';
  END IF;
  FOR c IN SELECT * FROM cases_clock x WHERE x.tell_at <= now()
    ORDER BY x.tell_at, x.id LIMIT most FOR NO KEY UPDATE SKIP LOCKED
  LOOP
    SELECT * INTO STRICT d FROM cases_dossier x WHERE x.id = c.dossier_id;
    SELECT m.place, m.event INTO STRICT come
    FROM cases_moments(c.starts_at, c.term_at, c.due_at) m
    WHERE m.place > c.told AND m.at <= now() ORDER BY m.place DESC LIMIT 1;
    IF come.place > 2 OR c.told_at IS NULL OR c.told_at <= now() - interval '24 hours' THEN
      RETURN QUERY SELECT come.event, c.id, c.kind, c.due_at, d.id, d.reference, d.owner, w.because,
        w.people FROM cases_answers_for(c, d, come.place) w WHERE w.people <> '{}';
      UPDATE cases_clock x SET told_at = now() WHERE x.id = c.id;
    END IF;
    UPDATE cases_clock x SET told = come.place WHERE x.id = c.id;
  END LOOP;
END $$;

-- Who answers for a clock at one of its moments, and why they are told. Internal.
CREATE OR REPLACE FUNCTION cases_answers_for(c cases_clock, d cases_dossier, place integer)
RETURNS TABLE (because text, people integer[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF c.kind = 'review' OR place = 5 THEN
    RETURN QUERY SELECT 'headquarters', cases_headquarters(d);
  ELSIF place = 4 OR d.handler_id IS NULL THEN
    RETURN QUERY SELECT * FROM cases_above_handler(d, d.handler_id);
  ELSE
    RETURN QUERY SELECT 'handler', ARRAY[d.handler_id];
    RETURN QUERY SELECT 'stands_in', cases_standing_in(d.id);
    IF c.kind = 'headquarters' THEN
      RETURN QUERY SELECT 'headquarters', array_remove(cases_headquarters(d), d.handler_id);
    END IF;
  END IF;
END $$;
REVOKE EXECUTE ON FUNCTION cases_answers_for FROM PUBLIC;

-- Postings at a desk that end within two weeks while their people still handle dossiers there: how
-- many, for who leaves; how many of them the head of desk sees, for the heads. Told by a key, so once
-- at two weeks and once at three days however often this is asked.
-- Safe: refuses whoever acts as a person; returns codes, numbers of people and counts.
CREATE OR REPLACE FUNCTION cases_leaving()
RETURNS TABLE (person integer, key uuid, country varchar, desk varchar, ends_at timestamptz,
               held bigint, in_sight bigint, heads integer[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF lodesk_me() IS NOT NULL THEN
    RAISE insufficient_privilege USING MESSAGE = 'only the system reminds';
  END IF;
  RETURN QUERY
    SELECT p.person_id, x.public_id, p.country, k.code, p.ends_at, h.held, h.in_sight,
      array_remove(cases_people_of(p.group_id, '{head_of_desk}'), p.person_id)
    FROM accounts_posting p
    JOIN accounts_person x ON x.id = p.person_id
    JOIN accounts_user u ON u.person_ptr_id = p.person_id
    JOIN accounts_desk k ON k.id = p.desk_id
    CROSS JOIN LATERAL (
      SELECT count(*) AS held, count(*) FILTER (WHERE d.owner = p.country AND NOT d.confined)
        AS in_sight FROM cases_dossier d
      WHERE d.handler_id = p.person_id AND d.desk_id = p.desk_id AND d.status <> 'closed') AS h
    WHERE u.is_active AND h.held > 0 AND p.starts_at <= now() AND p.ends_at > now()
      AND p.ends_at <= now() + interval '14 days' AND NOT EXISTS (
        SELECT FROM accounts_posting o  -- who stays by another posting does not leave
        WHERE o.person_id = p.person_id AND o.desk_id = p.desk_id AND o.starts_at <= p.ends_at
          AND (o.ends_at IS NULL OR o.ends_at > p.ends_at));
END $$;

-- The owner's headquarters: who is on duty there, or everybody. Internal.
CREATE OR REPLACE FUNCTION cases_headquarters(d cases_dossier) RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT cases_awake((
    SELECT group_id FROM accounts_nationalgroup WHERE country = d.owner AND desk_id IS NULL), '{}')
$$;
REVOKE EXECUTE ON FUNCTION cases_headquarters FROM PUBLIC;

-- Who is told when a handler, or `whose` turn it was, did nothing: the owner's head of desk and who
-- is on duty there; on a confined dossier and where there is nobody else, headquarters. Internal.
CREATE OR REPLACE FUNCTION cases_above_handler(d cases_dossier, whose integer)
RETURNS TABLE (because text, people integer[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  head integer[] := array_remove(cases_heads(d), whose);
BEGIN
  IF head = '{}' THEN
    RETURN QUERY SELECT 'headquarters', cases_headquarters(d);
  ELSE
    RETURN QUERY SELECT 'steering', head;
  END IF;
END $$;
REVOKE EXECUTE ON FUNCTION cases_above_handler FROM PUBLIC;
