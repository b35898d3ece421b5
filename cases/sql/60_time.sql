-- What time does: offers expire, mandates and postings end. Rights end without this, at the
-- second; beat only tidies up, and tells. A housekeeping function across countries: it runs as
-- nobody only, changes nothing a rule does not demand, and returns what must be told to whom.

CREATE OR REPLACE FUNCTION cases_people_of(of_group integer, roles text[]) RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT COALESCE(array_agg(DISTINCT p.person_id), '{}') FROM accounts_posting p
  JOIN accounts_user u ON u.person_ptr_id = p.person_id
  WHERE p.group_id = of_group AND u.is_active AND (roles = '{}' OR p.role = ANY(roles))
    AND p.starts_at <= now() AND (p.ends_at IS NULL OR p.ends_at > now())
$$;
REVOKE EXECUTE ON FUNCTION cases_people_of FROM PUBLIC;

-- Those of them who are on duty now; where nobody of them is, all: never silent. Internal.
CREATE OR REPLACE FUNCTION cases_awake(of_group integer, roles text[]) RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT CASE WHEN awake = '{}' THEN cases_people_of(of_group, roles) ELSE awake END
  FROM (SELECT ARRAY(
    SELECT unnest(cases_people_of(of_group, roles))
    INTERSECT SELECT unnest(accounts_on_duty(of_group))) AS awake) AS x
$$;
REVOKE EXECUTE ON FUNCTION cases_awake FROM PUBLIC;

-- The owner's head of desk, who answers for it awake or not, and beside him who is on duty there;
-- nobody of a confined dossier. Internal.
CREATE OR REPLACE FUNCTION cases_heads(d cases_dossier) RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT ARRAY(
    SELECT DISTINCT unnest(
      cases_people_of(g.group_id, '{head_of_desk}') || accounts_on_duty(g.group_id))
    FROM accounts_nationalgroup g
    WHERE g.country = d.owner AND g.desk_id = d.desk_id AND NOT d.confined)
$$;
REVOKE EXECUTE ON FUNCTION cases_heads FROM PUBLIC;

-- Coordinators of the owner and, unless confined, the owner's head of desk. Internal.
CREATE OR REPLACE FUNCTION cases_steering(d cases_dossier) RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT cases_awake((SELECT group_id FROM accounts_nationalgroup
                      WHERE country = d.owner AND desk_id IS NULL), '{coordinator}')
    || cases_heads(d)
$$;
REVOKE EXECUTE ON FUNCTION cases_steering FROM PUBLIC;

-- Who sees a dossier only by the grants of one offer or one mandate. Internal. _loses_sight in
-- cases/notify.py says the same of what people end.
CREATE OR REPLACE FUNCTION cases_loses_sight(which uuid, going uuid) RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH sight AS (
    SELECT g.user_id AS person, going IN (g.handover_id, g.mandate_id) IS TRUE AS goes
    FROM cases_dossieruserpermission g JOIN auth_permission p ON p.id = g.permission_id
    WHERE g.content_object_id = which AND p.codename = 'view_dossier'
    UNION ALL
    SELECT unnest(cases_people_of(g.group_id, '{}')),
      going IN (g.handover_id, g.mandate_id) IS TRUE
    FROM cases_dossiergrouppermission g JOIN auth_permission p ON p.id = g.permission_id
    WHERE g.content_object_id = which AND p.codename = 'view_dossier')
  SELECT ARRAY(SELECT person FROM sight GROUP BY person HAVING bool_and(goes) ORDER BY person)
$$;
REVOKE EXECUTE ON FUNCTION cases_loses_sight FROM PUBLIC;

CREATE OR REPLACE FUNCTION cases_tidy_up(most integer)
RETURNS TABLE (event text, dossier uuid, reference varchar, owner varchar, mandate varchar,
               subject uuid, told integer[], lost integer[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  h cases_handover;
  m cases_mandate;
  d cases_dossier;
  losing integer[];
BEGIN
  IF lodesk_me() IS NOT NULL THEN
    RAISE insufficient_privilege USING MESSAGE = 'only the system tidies up';
  END IF;
  FOR h IN SELECT * FROM cases_handover x
    WHERE x.state IN ('offered', 'awaiting_mandate') AND x.answer_by <= now()
    ORDER BY x.answer_by LIMIT most FOR UPDATE SKIP LOCKED
  LOOP
    SELECT * INTO d FROM cases_dossier WHERE id = h.dossier_id;
    losing := cases_loses_sight(d.id, h.id);
    PERFORM cases_move_work(h.id, 'expire', '');
    RETURN QUERY SELECT 'handover.expired', d.id, d.reference, d.owner, ''::varchar, h.id,
      cases_steering(d) || h.giver_id, losing;
  END LOOP;
  FOR m IN SELECT * FROM cases_mandate x WHERE x.state = 'given' AND x.ends_at <= now()
    ORDER BY x.ends_at LIMIT most FOR UPDATE SKIP LOCKED
  LOOP
    -- By the keys of what hangs on the mandate: never through all dossiers.
    FOR d IN SELECT x.* FROM cases_dossier x WHERE x.id IN (
        SELECT g.content_object_id FROM cases_dossieruserpermission g WHERE g.mandate_id = m.id
        UNION SELECT g.content_object_id FROM cases_dossiergrouppermission g
        WHERE g.mandate_id = m.id
        UNION SELECT o.dossier_id FROM cases_handover o
        WHERE o.mandate_id = m.id AND o.state = 'offered')
    LOOP
      RETURN QUERY SELECT 'mandate.ended', d.id, d.reference, d.owner, m.number, m.id,
        cases_steering(d) || m.asked_by_id || ARRAY(
          SELECT x.giver_id FROM cases_handover x
          WHERE x.mandate_id = m.id AND x.dossier_id = d.id AND x.state = 'offered'),
        cases_loses_sight(d.id, m.id);
    END LOOP;
    UPDATE cases_mandate SET state = 'ended', ended_at = ends_at WHERE id = m.id;
  END LOOP;
  FOR h IN SELECT * FROM cases_handover x
    WHERE x.state = 'accepted' AND x.giver_keeps_until <= now() AND EXISTS (
      SELECT FROM cases_dossieruserpermission g
      WHERE g.handover_id = x.id AND g.user_id <> x.answered_by_id)
    ORDER BY x.giver_keeps_until LIMIT most FOR UPDATE SKIP LOCKED
  LOOP
    SELECT * INTO d FROM cases_dossier WHERE id = h.dossier_id;
    losing := array_remove(cases_loses_sight(d.id, h.id), h.answered_by_id);
    DELETE FROM cases_dossieruserpermission g
    WHERE g.handover_id = h.id AND g.user_id <> h.answered_by_id;
    RETURN QUERY SELECT 'keeping.ended', d.id, d.reference, d.owner, ''::varchar, h.id,
      '{}'::integer[], losing;
  END LOOP;
  FOR d IN SELECT * FROM cases_dossier x WHERE x.handler_id IS NOT NULL AND x.status <> 'closed'
    AND x.handler_id IN (SELECT p.id FROM accounts_person p WHERE accounts_principals(p.id) = '{}')
    ORDER BY x.id LIMIT most FOR NO KEY UPDATE SKIP LOCKED
  LOOP
    DELETE FROM cases_dossieruserpermission g
    WHERE g.content_object_id = d.id AND g.user_id = d.handler_id;
    UPDATE cases_dossier SET handler_id = NULL WHERE id = d.id;
    PERFORM cases_record(d.id, 'handler.left', jsonb_build_object('giver', (
      SELECT format('%s (%s)', p.name, p.country) FROM accounts_person p
      WHERE p.id = d.handler_id)));
    -- A key of its own: the next handler who leaves is told of as well.
    RETURN QUERY SELECT 'handler.left', d.id, d.reference, d.owner, ''::varchar,
      gen_random_uuid(), cases_steering(d), '{}'::integer[];
  END LOOP;
END $$;

-- How often a dossier was looked at, for "who can see this". Safe: two numbers, and only about a
-- dossier the asking person may see (checked by the caller's own policies).
CREATE OR REPLACE FUNCTION cases_looks(which uuid, since timestamptz)
RETURNS TABLE (looks bigint, people bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT count(*), count(DISTINCT l.actor) FROM audit_logrow l, cases_dossier d
  WHERE d.id = which AND l.chain = d.owner AND l.reference = d.reference
    AND l.action = 'dossier.viewed' AND l.at >= since
    AND d.readers && COALESCE(NULLIF(current_setting('lodesk.principals', true), ''),
                              '{}')::integer[]
    AND (d.owner = current_setting('lodesk.country', true) OR lodesk_mandated(d.id))
$$;

-- What no file opened stays closed, but protected twice: a policy-less table shows no rows.
ALTER TABLE cases_referencecounter ENABLE ROW LEVEL SECURITY;
