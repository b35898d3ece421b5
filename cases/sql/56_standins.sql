-- Stand-ins: somebody of the same country and desk does the work of a person who is absent. The
-- row says who, for whom and until when; the rights are grants like all others, given and taken by
-- cases_settle_standins, which beat calls every few seconds and the acts of people at once.

-- What a stand-in must be when it is made. One at a time for the same work: of two that are made
-- together the second waits for the first, and is refused.
CREATE OR REPLACE FUNCTION cases_standin_begins() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  NEW.country := (SELECT p.country FROM accounts_person p WHERE p.id = NEW.absent_id);
  IF lodesk_me() IS NULL THEN
    RETURN NEW;
  END IF;
  -- This runs before the policy: it says of what is out of sight the same as of what is not there.
  IF NOT lodesk_arranges_for(NEW.absent_id, NEW.country, NEW.desk_id) THEN
    RAISE insufficient_privilege USING MESSAGE = 'the absent person or the head of desk says who';
  END IF;
  NEW.made_at := now();
  NEW.starts_at := greatest(NEW.starts_at, now());
  IF NOT lodesk_works_at(NEW.absent_id, NEW.country, NEW.desk_id)
     OR NOT lodesk_works_at(NEW.stand_in_id, NEW.country, NEW.desk_id) THEN
    RAISE insufficient_privilege USING MESSAGE = 'both work at this desk, for the same country';
  END IF;
  IF NEW.dossier_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM cases_dossier d WHERE d.id = NEW.dossier_id AND d.desk_id = NEW.desk_id
      AND d.handler_id = NEW.absent_id AND lodesk_holds(d.id, 'view')
      AND (NOT d.confined OR NEW.absent_id = lodesk_me())) THEN
    RAISE insufficient_privilege USING MESSAGE = 'the absent person does not handle this dossier';
  END IF;
  PERFORM FROM accounts_person p WHERE p.id = NEW.absent_id FOR NO KEY UPDATE;
  IF EXISTS (
    SELECT FROM cases_standin s WHERE s.absent_id = NEW.absent_id AND s.desk_id = NEW.desk_id
      AND s.dossier_id IS NOT DISTINCT FROM NEW.dossier_id AND s.ended_at IS NULL
      AND s.over_at IS NULL AND s.starts_at < NEW.ends_at AND s.ends_at > NEW.starts_at) THEN
    RAISE insufficient_privilege USING MESSAGE = 'somebody stands in at that time already';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER standin_begins BEFORE INSERT ON cases_standin
  FOR EACH ROW EXECUTE FUNCTION cases_standin_begins();

-- The moment at which a person ends it is the database's to say.
CREATE OR REPLACE FUNCTION cases_standin_ends() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF lodesk_me() IS NOT NULL THEN
    NEW.ended_at := now();
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER standin_ends BEFORE UPDATE OF ended_at ON cases_standin
  FOR EACH ROW EXECUTE FUNCTION cases_standin_ends();

-- Who in fact stands in now, at a desk for a country: the last of a chain. Who stands in, is absent
-- and has somebody for all the work gives it on; a chain that comes back to somebody in it, or
-- ends at who does not work there, ends at nobody. `own`: every link was made by who is absent.
-- The one place that says so; the pages read `acting_id`, which follows from it. Internal.
CREATE OR REPLACE FUNCTION cases_stands_in(at_desk bigint, of_country text)
RETURNS TABLE (standin uuid, absent integer, dossier uuid, person integer, own boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH RECURSIVE in_force AS MATERIALIZED (
    SELECT s.*, accounts_absent(s.absent_id, at_desk) AS away FROM cases_standin s
    WHERE s.desk_id = at_desk AND s.country = of_country AND s.over_at IS NULL
      AND s.ended_at IS NULL AND s.starts_at <= now() AND s.ends_at > now()
  ), chain AS (
    SELECT f.id, f.stand_in_id AS person, f.made_by_id = f.absent_id AS own,
      ARRAY[f.absent_id, f.stand_in_id] AS path, false AS round
    FROM in_force f
    UNION ALL
    SELECT c.id, n.stand_in_id, c.own AND n.made_by_id = n.absent_id,
      c.path || n.stand_in_id, n.stand_in_id = ANY(c.path)
    FROM chain c JOIN in_force n ON n.absent_id = c.person AND n.dossier_id IS NULL AND n.away
    WHERE NOT c.round
  ), ends AS (
    SELECT DISTINCT ON (c.id) c.* FROM chain c ORDER BY c.id, cardinality(c.path) DESC, c.person
  )
  SELECT f.id, f.absent_id, f.dossier_id,
    CASE WHEN NOT e.round AND lodesk_works_at(e.person, of_country, at_desk) THEN e.person END,
    e.own
  FROM in_force f JOIN ends e ON e.id = f.id
$$;
REVOKE EXECUTE ON FUNCTION cases_stands_in FROM PUBLIC;

-- The rights that follow from it: on what the absent person handles at the desk and is not closed.
-- Of another owner only where a standing mandate and the certificate cover who stands in; of a
-- confined dossier only by the handler's own choice. A stand-in for one dossier goes before one for
-- all. Internal.
CREATE OR REPLACE FUNCTION cases_standin_rights(at_desk bigint, of_country text)
RETURNS TABLE (standin uuid, dossier uuid, person integer, mandate uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT DISTINCT ON (d.id) s.standin, d.id, s.person, m.id
  FROM cases_stands_in(at_desk, of_country) s
  JOIN cases_dossier d ON d.handler_id = s.absent AND d.desk_id = at_desk
    AND (s.dossier IS NULL OR s.dossier = d.id)
  CROSS JOIN LATERAL (
    SELECT CASE WHEN d.owner <> of_country
           THEN cases_standing_mandate(s.person, d.owner, d.desk_id, d.kind) END AS id) m
  WHERE s.person IS NOT NULL AND d.status <> 'closed' AND (s.own OR NOT d.confined)
    AND (d.owner = of_country OR m.id IS NOT NULL AND accounts_certified(s.person, d.owner))
  ORDER BY d.id, s.dossier NULLS LAST, s.standin
$$;
REVOKE EXECUTE ON FUNCTION cases_standin_rights FROM PUBLIC;

-- Dossiers of which the grants are not what follows: of one stand-in, or of all. Internal.
CREATE OR REPLACE FUNCTION cases_unsettled(at_desk bigint, of_country text, only_of uuid)
RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH wanted AS (
    SELECT r.standin, r.dossier, r.person, r.mandate
    FROM cases_standin_rights(at_desk, of_country) r
    WHERE only_of IS NULL OR r.standin = only_of
  ), there AS (
    SELECT DISTINCT g.standin_id, g.content_object_id, g.user_id, g.mandate_id
    FROM cases_dossieruserpermission g JOIN cases_standin s ON s.id = g.standin_id
    WHERE s.desk_id = at_desk AND s.country = of_country AND (only_of IS NULL OR s.id = only_of)
  ), wrong AS (
    (TABLE wanted EXCEPT TABLE there) UNION (TABLE there EXCEPT TABLE wanted))
  SELECT ARRAY(SELECT DISTINCT w.dossier FROM wrong w ORDER BY 1)
$$;
REVOKE EXECUTE ON FUNCTION cases_unsettled FROM PUBLIC;

-- Make the grants what follows, and write in the timeline what began and ended. Internal.
-- Stand-ins, then dossiers are locked before it is computed again: who takes a dossier over at the
-- same time is waited for.
CREATE OR REPLACE FUNCTION cases_settle_standins(at_desk bigint, of_country text, only_of uuid)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  touched uuid[];
  r record;
BEGIN
  PERFORM FROM cases_standin s WHERE s.desk_id = at_desk AND s.country = of_country
    AND s.over_at IS NULL AND (only_of IS NULL OR s.id = only_of)
  ORDER BY s.id FOR NO KEY UPDATE;
  touched := cases_unsettled(at_desk, of_country, only_of);
  IF lodesk_me() IS NULL THEN  -- housekeeping leaves what somebody holds for the next time
    touched := ARRAY(SELECT d.id FROM cases_dossier d WHERE d.id = ANY(touched)
                     ORDER BY d.id FOR NO KEY UPDATE SKIP LOCKED);
  ELSE
    PERFORM FROM cases_dossier WHERE id = ANY(touched) ORDER BY id FOR NO KEY UPDATE;
  END IF;
  FOR r IN
    WITH wanted AS MATERIALIZED (
      SELECT * FROM cases_standin_rights(at_desk, of_country)
    ), taken AS (
      DELETE FROM cases_dossieruserpermission g
      WHERE g.content_object_id = ANY(touched) AND g.standin_id IS NOT NULL
        AND (only_of IS NULL OR g.standin_id = only_of)
        AND NOT EXISTS (
          SELECT FROM wanted w WHERE w.standin = g.standin_id AND w.dossier = g.content_object_id
            AND w.person = g.user_id AND w.mandate IS NOT DISTINCT FROM g.mandate_id)
      RETURNING g.content_object_id, g.standin_id, g.user_id)
    SELECT DISTINCT t.content_object_id AS dossier, t.standin_id AS standin, t.user_id AS person
    FROM taken t ORDER BY 1, 2, 3
  LOOP
    PERFORM cases_record(r.dossier, 'standin.ended', cases_standin_facts(r.standin, r.person));
  END LOOP;
  FOR r IN
    WITH given AS (
      INSERT INTO cases_dossieruserpermission
        (id, content_object_id, user_id, permission_id, granted_at, granted_by_id, mandate_id,
         standin_id)
      SELECT gen_random_uuid(), w.dossier, w.person, p.id, now(), lodesk_me(), w.mandate, w.standin
      FROM cases_standin_rights(at_desk, of_country) w
      CROSS JOIN auth_permission p JOIN django_content_type t ON t.id = p.content_type_id
      WHERE w.dossier = ANY(touched) AND (only_of IS NULL OR w.standin = only_of)
        AND t.app_label = 'cases' AND t.model = 'dossier'
        AND cases_rank(replace(p.codename, '_dossier', '')) <= cases_rank('handle')
      ON CONFLICT (user_id, permission_id, content_object_id, mandate_id, standin_id) DO NOTHING
      RETURNING content_object_id, standin_id, user_id)
    SELECT DISTINCT g.content_object_id AS dossier, g.standin_id AS standin, g.user_id AS person
    FROM given g ORDER BY 1, 2, 3
  LOOP
    PERFORM cases_record(r.dossier, 'standin.begun', cases_standin_facts(r.standin, r.person));
  END LOOP;
  UPDATE cases_standin s SET acting_id = (
    SELECT c.person FROM cases_stands_in(at_desk, of_country) c WHERE c.standin = s.id)
  WHERE s.desk_id = at_desk AND s.country = of_country AND s.over_at IS NULL
    AND (only_of IS NULL OR s.id = only_of) AND s.acting_id IS DISTINCT FROM (
      SELECT c.person FROM cases_stands_in(at_desk, of_country) c WHERE c.standin = s.id);
END $$;
REVOKE EXECUTE ON FUNCTION cases_settle_standins FROM PUBLIC;

-- What an event of a stand-in says in the timeline. Internal.
CREATE OR REPLACE FUNCTION cases_standin_facts(which uuid, who integer) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT jsonb_build_object(
    'stand_in', (SELECT format('%s (%s)', p.name, p.country) FROM accounts_person p
                 WHERE p.id = who),
    'absent', format('%s (%s)', a.name, a.country), 'until', s.ends_at)
  FROM cases_standin s JOIN accounts_person a ON a.id = s.absent_id WHERE s.id = which
$$;
REVOKE EXECUTE ON FUNCTION cases_standin_facts FROM PUBLIC;

-- Let a stand-in that was just made or ended take effect at once.
-- Safe: for who says who stands in; does for that one what beat does for all, and nothing else.
CREATE OR REPLACE FUNCTION cases_follow_standin(which uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  s cases_standin;
BEGIN
  SELECT * INTO s FROM cases_standin WHERE id = which FOR NO KEY UPDATE;
  IF s.id IS NULL OR NOT COALESCE(lodesk_arranges_for(s.absent_id, s.country, s.desk_id), false) THEN
    RAISE insufficient_privilege USING MESSAGE = 'the absent person or the head of desk says who';
  END IF;
  PERFORM cases_settle_standins(s.desk_id, s.country, s.id);
END $$;

-- Let time do its work on stand-ins: begin, end, follow who handles what, give on along a chain.
-- Returns who is told: who stands in now, how many dossiers; heads of desk, that nobody does;
-- who was absent and who stood in, that it is over.
-- Safe: refuses whoever acts as a person; returns keys, codes and numbers.
CREATE OR REPLACE FUNCTION cases_tidy_standins()
RETURNS TABLE (event text, standin uuid, country varchar, because text, told integer[],
               dossiers bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  place record;
  s cases_standin;
BEGIN
  IF lodesk_me() IS NOT NULL THEN
    RAISE insufficient_privilege USING MESSAGE = 'only the system tidies up';
  END IF;
  FOR place IN SELECT DISTINCT x.desk_id, x.country FROM cases_standin x
    WHERE x.over_at IS NULL AND x.starts_at <= now() ORDER BY 1, 2
  LOOP
    PERFORM cases_settle_standins(place.desk_id, place.country, NULL);
  END LOOP;
  FOR s IN SELECT x.* FROM cases_standin x
    WHERE x.over_at IS NULL AND x.starts_at <= now() ORDER BY x.starts_at, x.id
    FOR NO KEY UPDATE SKIP LOCKED
  LOOP
    IF s.ended_at IS NOT NULL OR s.ends_at <= now() THEN
      UPDATE cases_standin x SET over_at = now() WHERE x.id = s.id;
      IF s.begun_at IS NOT NULL THEN
        RETURN QUERY SELECT 'standin.ended', s.id, s.country, 'absent', ARRAY[s.absent_id], 0::bigint;
        RETURN QUERY SELECT 'standin.ended', s.id, s.country, 'stood_in', ARRAY[s.told_id], 0::bigint
        WHERE s.told_id IS NOT NULL;
      END IF;
    ELSIF s.begun_at IS NULL OR s.told_id IS DISTINCT FROM s.acting_id THEN
      UPDATE cases_standin x SET begun_at = COALESCE(s.begun_at, now()), told_id = s.acting_id
      WHERE x.id = s.id;
      IF s.acting_id IS NULL THEN
        RETURN QUERY SELECT 'standin.nobody', s.id, s.country, 'head_of_desk', cases_people_of((
          SELECT g.group_id FROM accounts_nationalgroup g
          WHERE g.country = s.country AND g.desk_id = s.desk_id), '{head_of_desk}'), 0::bigint;
      ELSE
        RETURN QUERY SELECT 'standin.begun', s.id, s.country, 'stands_in', ARRAY[s.acting_id], (
          SELECT count(DISTINCT g.content_object_id) FROM cases_dossieruserpermission g
          WHERE g.standin_id = s.id);
      END IF;
    END IF;
  END LOOP;
END $$;

-- A new handler has no stand-in yet: the rights in the place of the one before go with the work.
CREATE OR REPLACE FUNCTION cases_handler_moves() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  DELETE FROM cases_dossieruserpermission
  WHERE content_object_id = NEW.id AND standin_id IS NOT NULL;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER handler_moves AFTER UPDATE OF handler_id ON cases_dossier
  FOR EACH ROW WHEN (OLD.handler_id IS DISTINCT FROM NEW.handler_id)
  EXECUTE FUNCTION cases_handler_moves();

-- Every act in the place of somebody says so, whoever writes the row. What somebody answers who was
-- offered the dossier, is answered in the own name.
CREATE OR REPLACE FUNCTION cases_entry_on_behalf() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF lodesk_me() IS NOT NULL THEN
    NEW.on_behalf_of_id := CASE
      WHEN NEW.event NOT IN ('handover.accepted', 'handover.declined') THEN (
        SELECT s.absent_id FROM cases_dossieruserpermission g JOIN cases_standin s
          ON s.id = g.standin_id
        WHERE g.content_object_id = NEW.dossier_id AND g.user_id = lodesk_me() LIMIT 1) END;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER entry_on_behalf BEFORE INSERT ON cases_entry
  FOR EACH ROW EXECUTE FUNCTION cases_entry_on_behalf();

-- Who holds a dossier in the place of its handler. Internal.
CREATE OR REPLACE FUNCTION cases_standing_in(which uuid) RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT ARRAY(SELECT DISTINCT g.user_id FROM cases_dossieruserpermission g
               WHERE g.content_object_id = which AND g.standin_id IS NOT NULL ORDER BY 1)
$$;
REVOKE EXECUTE ON FUNCTION cases_standing_in FROM PUBLIC;

-- Until when somebody stands in on a dossier, for its head and for "who can see this". The row of the
-- stand-in itself is for those it concerns. Safe: the read condition stands inside.
CREATE OR REPLACE FUNCTION cases_standins_of(which uuid)
RETURNS TABLE (standin uuid, until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT DISTINCT s.id, s.ends_at
  FROM cases_dossieruserpermission g JOIN cases_standin s ON s.id = g.standin_id
  JOIN cases_dossier d ON d.id = g.content_object_id
  WHERE d.id = which
    AND d.readers && COALESCE(NULLIF(current_setting('lodesk.principals', true), ''),
                              '{}')::integer[]
    AND (d.owner = current_setting('lodesk.country', true) OR lodesk_mandated(d.id))
$$;

-- Read by those it concerns: who is absent, who stands in, who leads the team, headquarters of the
-- own country; never one for a dossier out of sight. Ended by who says who stands in.
ALTER TABLE cases_standin ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS standin_read ON cases_standin;
CREATE POLICY standin_read ON cases_standin FOR SELECT USING (
  accounts_principals(lodesk_me()) <> '{}'
  AND (absent_id = lodesk_me() OR stand_in_id = lodesk_me() OR acting_id = lodesk_me()
       OR accounts_heads(lodesk_me(), desk_id, country)
       OR accounts_serves(lodesk_me(), 'headquarters_officer', country)
       OR accounts_serves(lodesk_me(), 'coordinator', country))
  AND (dossier_id IS NULL OR EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id)));
DROP POLICY IF EXISTS standin_make ON cases_standin;
CREATE POLICY standin_make ON cases_standin FOR INSERT WITH CHECK (
  made_by_id = lodesk_me() AND lodesk_arranges_for(absent_id, country, desk_id)
  AND ended_at IS NULL AND acting_id IS NULL AND told_id IS NULL AND begun_at IS NULL
  AND over_at IS NULL);
DROP POLICY IF EXISTS standin_end ON cases_standin;
CREATE POLICY standin_end ON cases_standin FOR UPDATE
  USING (ended_at IS NULL AND over_at IS NULL AND lodesk_arranges_for(absent_id, country, desk_id))
  WITH CHECK (ended_by_id = lodesk_me());
GRANT SELECT, INSERT, UPDATE (ended_at, ended_by_id) ON cases_standin TO lodesk_app;
