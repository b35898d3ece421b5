-- Grants: guardian's rows. The application reads them; only the functions of these files write
-- them, each of which checks again who asks and what for.

-- How high a level is: what a mandate must at least allow.
CREATE OR REPLACE FUNCTION cases_rank(level text) RETURNS integer
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE level WHEN 'view' THEN 1 WHEN 'contribute' THEN 2 WHEN 'handle' THEN 3 END
$$;

-- No grant crosses the border without a mandate valid now that covers dossier, receiver and
-- level (product.md section 2, number 3). This holds for everybody, the owner's login included.
CREATE OR REPLACE FUNCTION cases_grant_border() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  d cases_dossier;
  m cases_mandate;
  wanted text := (SELECT replace(codename, '_dossier', '') FROM auth_permission
                  WHERE id = NEW.permission_id);
  holder integer := CASE WHEN TG_TABLE_NAME = 'cases_dossieruserpermission'
                    THEN (to_jsonb(NEW)->>'user_id')::integer END;
  team accounts_nationalgroup;
  country text;
BEGIN
  SELECT * INTO STRICT d FROM cases_dossier WHERE id = NEW.content_object_id;
  IF holder IS NULL THEN
    SELECT * INTO team FROM accounts_nationalgroup
    WHERE group_id = (to_jsonb(NEW)->>'group_id')::integer;
    country := team.country;
  ELSE
    SELECT p.country INTO country FROM accounts_person p WHERE p.id = holder;
  END IF;
  IF country IS NULL THEN
    RAISE insufficient_privilege USING MESSAGE = 'only people and national groups hold grants';
  END IF;
  IF wanted = 'oversee' AND (holder IS NOT NULL OR team.desk_id IS NOT NULL
                            OR country <> d.owner) THEN
    RAISE insufficient_privilege USING MESSAGE = 'only headquarters of the owner oversee';
  END IF;
  IF wanted = 'handle' AND holder IS NULL THEN
    RAISE insufficient_privilege USING MESSAGE = 'only a person handles a dossier';
  END IF;
  IF country = d.owner THEN
    NEW.mandate_id := NULL;
  ELSE
    SELECT * INTO m FROM cases_mandate
    WHERE id = NEW.mandate_id AND state = 'given' AND starts_at <= now() AND ends_at > now()
      AND owner = d.owner AND cases_rank(level) >= cases_rank(wanted)
      AND (dossier_id = d.id OR dossier_id IS NULL AND desk_id = d.desk_id
           AND (kinds = '{}' OR d.kind = ANY(kinds)))
      AND (receiver_person_id = holder
           OR receiver_group_id = COALESCE(team.group_id, -1)
           OR holder IS NOT NULL AND receiver_group_id = ANY(accounts_principals(holder)))
    FOR SHARE;  -- who ends it at the same time waits, and then takes this grant along
    IF NOT FOUND THEN
      RAISE insufficient_privilege USING MESSAGE = 'no valid mandate covers this grant';
    END IF;
  END IF;
  IF lodesk_me() IS NOT NULL THEN
    NEW.granted_by_id := lodesk_me();
    NEW.granted_at := now();
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER grant_border BEFORE INSERT ON cases_dossieruserpermission
  FOR EACH ROW EXECUTE FUNCTION cases_grant_border();
CREATE OR REPLACE TRIGGER grant_border BEFORE INSERT ON cases_dossiergrouppermission
  FOR EACH ROW EXECUTE FUNCTION cases_grant_border();

-- A grant is given or taken, never changed.
CREATE OR REPLACE FUNCTION cases_grant_stays() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE insufficient_privilege USING MESSAGE = 'a grant is given or taken, never changed';
END $$;
CREATE OR REPLACE TRIGGER grant_stays BEFORE UPDATE ON cases_dossieruserpermission
  FOR EACH ROW EXECUTE FUNCTION cases_grant_stays();
CREATE OR REPLACE TRIGGER grant_stays BEFORE UPDATE ON cases_dossiergrouppermission
  FOR EACH ROW EXECUTE FUNCTION cases_grant_stays();

-- Derive `readers`: lock first, derive in a second statement. In one statement, a revoke and a
-- grant that overlap would write the revoked reader back for good (house.md section 2). Internal.
CREATE OR REPLACE FUNCTION cases_derive_readers(changed uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM FROM cases_dossier WHERE id = ANY(changed) ORDER BY id FOR NO KEY UPDATE;
  UPDATE cases_dossier SET readers = readers WHERE id = ANY(changed);
END $$;
REVOKE EXECUTE ON FUNCTION cases_derive_readers FROM PUBLIC;

-- History of every grant and its end, written by the database.
CREATE OR REPLACE FUNCTION cases_grants_given() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  INSERT INTO cases_granthistory (id, "grant", dossier_id, person_id, group_id, level, granted_at,
                                  granted_by_id, mandate_id, handover_id, standin_id)
  SELECT gen_random_uuid(), g.id, g.content_object_id, (to_jsonb(g)->>'user_id')::integer,
    (to_jsonb(g)->>'group_id')::integer, replace(p.codename, '_dossier', ''), g.granted_at,
    g.granted_by_id, g.mandate_id, g.handover_id, (to_jsonb(g)->>'standin_id')::uuid
  FROM given g JOIN auth_permission p ON p.id = g.permission_id;
  PERFORM cases_derive_readers(ARRAY(SELECT DISTINCT content_object_id FROM given));
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER grants_given AFTER INSERT ON cases_dossieruserpermission
  REFERENCING NEW TABLE AS given FOR EACH STATEMENT EXECUTE FUNCTION cases_grants_given();
CREATE OR REPLACE TRIGGER grants_given AFTER INSERT ON cases_dossiergrouppermission
  REFERENCING NEW TABLE AS given FOR EACH STATEMENT EXECUTE FUNCTION cases_grants_given();

CREATE OR REPLACE FUNCTION cases_grants_taken() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE cases_granthistory h SET ended_at = now(), ended_by = lodesk_me()
  FROM taken t WHERE h."grant" = t.id;
  PERFORM cases_derive_readers(ARRAY(SELECT DISTINCT content_object_id FROM taken));
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER grants_taken AFTER DELETE ON cases_dossieruserpermission
  REFERENCING OLD TABLE AS taken FOR EACH STATEMENT EXECUTE FUNCTION cases_grants_taken();
CREATE OR REPLACE TRIGGER grants_taken AFTER DELETE ON cases_dossiergrouppermission
  REFERENCING OLD TABLE AS taken FOR EACH STATEMENT EXECUTE FUNCTION cases_grants_taken();

-- Give one person the levels up to `level`. Internal.
CREATE OR REPLACE FUNCTION cases_grant_person(
  which uuid, who integer, level text, under uuid, because uuid, moment timestamptz
) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  INSERT INTO cases_dossieruserpermission
    (id, content_object_id, user_id, permission_id, granted_at, granted_by_id, mandate_id,
     handover_id)
  SELECT gen_random_uuid(), which, who, p.id, moment, lodesk_me(), under, because
  FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id
  WHERE t.app_label = 'cases' AND t.model = 'dossier'
    AND cases_rank(replace(p.codename, '_dossier', '')) <= cases_rank(level)
  ON CONFLICT (user_id, permission_id, content_object_id, mandate_id, standin_id) DO NOTHING
$$;
REVOKE EXECUTE ON FUNCTION cases_grant_person FROM PUBLIC;

-- Give a national group the levels named. Internal.
CREATE OR REPLACE FUNCTION cases_grant_group(
  which uuid, team integer, levels text[], under uuid, because uuid, moment timestamptz
) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  INSERT INTO cases_dossiergrouppermission
    (id, content_object_id, group_id, permission_id, granted_at, granted_by_id, mandate_id,
     handover_id)
  SELECT gen_random_uuid(), which, team, p.id, moment, lodesk_me(), under, because
  FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id
  WHERE t.app_label = 'cases' AND t.model = 'dossier'
    AND replace(p.codename, '_dossier', '') = ANY(levels)
  ON CONFLICT (group_id, permission_id, content_object_id, mandate_id) DO NOTHING
$$;
REVOKE EXECUTE ON FUNCTION cases_grant_group FROM PUBLIC;

-- The first grants of a dossier (product.md section 2, number 2): headquarters of the owner
-- view, contribute and oversee; the owner's team at the desk view and contribute, unless
-- confined; the handler view, contribute and handle.
-- Safe: once, by who opened it, and the set follows from the dossier's own row.
CREATE OR REPLACE FUNCTION cases_first_grants(which uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  d cases_dossier;
  headquarters integer;
  team integer;
  moment timestamptz := now();
BEGIN
  SELECT * INTO d FROM cases_dossier WHERE id = which FOR NO KEY UPDATE;
  IF NOT FOUND OR (lodesk_me() IS NOT NULL AND d.opened_by_id <> lodesk_me())
     OR EXISTS (SELECT FROM cases_granthistory WHERE dossier_id = which) THEN
    RAISE insufficient_privilege USING MESSAGE = 'first grants are given once, on opening';
  END IF;
  IF lodesk_me() IS NULL THEN
    moment := d.opened_at;  -- set-up tells of the past; who acts cannot
  END IF;
  SELECT group_id INTO STRICT headquarters FROM accounts_nationalgroup
  WHERE country = d.owner AND desk_id IS NULL;
  SELECT group_id INTO team FROM accounts_nationalgroup
  WHERE country = d.owner AND desk_id = d.desk_id;
  IF d.handler_id IS NOT NULL THEN
    PERFORM cases_grant_person(which, d.handler_id, 'handle',
      cases_standing_mandate(d.handler_id, d.owner, d.desk_id, d.kind), NULL, moment);
  END IF;
  IF team IS NOT NULL AND NOT d.confined THEN
    PERFORM cases_grant_group(which, team, '{view,contribute}', NULL, NULL, moment);
  END IF;
  PERFORM cases_grant_group(which, headquarters, '{view,contribute,oversee}', NULL, NULL, moment);
END $$;

ALTER TABLE cases_dossieruserpermission ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS grant_read ON cases_dossieruserpermission;
CREATE POLICY grant_read ON cases_dossieruserpermission FOR SELECT USING (
  EXISTS (SELECT FROM cases_dossier d WHERE d.id = content_object_id));
ALTER TABLE cases_dossiergrouppermission ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS grant_read ON cases_dossiergrouppermission;
CREATE POLICY grant_read ON cases_dossiergrouppermission FOR SELECT USING (
  EXISTS (SELECT FROM cases_dossier d WHERE d.id = content_object_id));
ALTER TABLE cases_granthistory ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS history_read ON cases_granthistory;
CREATE POLICY history_read ON cases_granthistory FOR SELECT USING (
  EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id));
GRANT SELECT ON cases_dossieruserpermission, cases_dossiergrouppermission, cases_granthistory
  TO lodesk_app;
