-- The predicates of the border: who may read a dossier, and who holds which level on it.
-- Reading uses what lodesk_enter set; writing asks the tables again, so that forged settings
-- alone change nothing.

-- Whether a mandate is valid at this second for this person, who must have a posting. Dates are
-- compared at every read: access ends at the second, no sweep is needed. Safe: yes or no about a
-- mandate one can name.
CREATE OR REPLACE FUNCTION cases_mandate_valid(which uuid, who integer, mine integer[])
RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (
    SELECT FROM cases_mandate m WHERE m.id = which AND m.state = 'given'
      AND m.starts_at <= now() AND m.ends_at > now()
      AND mine <> '{}' AND (m.receiver_person_id = who OR m.receiver_group_id = ANY(mine)))
$$;

-- Whether the acting person sees a dossier of another country under a mandate valid now.
-- Safe: about the acting person only.
CREATE OR REPLACE FUNCTION lodesk_mandated(which uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (
    SELECT FROM cases_dossieruserpermission g JOIN auth_permission p ON p.id = g.permission_id
    WHERE g.content_object_id = which AND p.codename = 'view_dossier'
      AND g.user_id = lodesk_me()
      AND cases_mandate_valid(g.mandate_id, lodesk_me(), accounts_principals(lodesk_me()))
  ) OR EXISTS (
    SELECT FROM cases_dossiergrouppermission g JOIN auth_permission p ON p.id = g.permission_id
    WHERE g.content_object_id = which AND p.codename = 'view_dossier'
      AND g.group_id = ANY(accounts_principals(lodesk_me()))
      AND cases_mandate_valid(g.mandate_id, lodesk_me(), accounts_principals(lodesk_me())))
$$;

-- Whether a person holds one of these levels on a dossier now, from the tables. Internal.
CREATE OR REPLACE FUNCTION cases_holds(which uuid, who integer, levels text[]) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  mine integer[] := accounts_principals(who);
  own boolean;
BEGIN
  IF who IS NULL OR mine = '{}' THEN
    RETURN false;
  END IF;
  SELECT d.owner = accounts_country(who) INTO own FROM cases_dossier d WHERE d.id = which;
  IF own IS NULL THEN
    RETURN false;
  END IF;
  RETURN EXISTS (
    SELECT FROM cases_dossieruserpermission g JOIN auth_permission p ON p.id = g.permission_id
    WHERE g.content_object_id = which AND g.user_id = who
      AND replace(p.codename, '_dossier', '') = ANY(levels)
      AND (own OR cases_mandate_valid(g.mandate_id, who, mine))
  ) OR EXISTS (
    SELECT FROM cases_dossiergrouppermission g JOIN auth_permission p ON p.id = g.permission_id
    WHERE g.content_object_id = which AND g.group_id = ANY(mine)
      AND replace(p.codename, '_dossier', '') = ANY(levels)
      AND (own OR cases_mandate_valid(g.mandate_id, who, mine)));
END $$;
REVOKE EXECUTE ON FUNCTION cases_holds FROM PUBLIC;

-- Whether the acting person holds one of these levels on a dossier now, from the tables.
-- Safe: about the acting person only.
CREATE OR REPLACE FUNCTION lodesk_holds(which uuid, VARIADIC levels text[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT cases_holds(which, lodesk_me(), levels)
$$;

-- Which standing mandate of the owner lets this person take work of this desk and kind. Internal.
CREATE OR REPLACE FUNCTION cases_standing_mandate(
  who integer, of_owner text, at_desk bigint, of_kind text
) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT m.id FROM cases_mandate m
  WHERE m.dossier_id IS NULL AND m.desk_id = at_desk AND m.owner = of_owner
    AND (m.kinds = '{}' OR of_kind = ANY(m.kinds)) AND m.level = 'handle'
    AND cases_mandate_valid(m.id, who, accounts_principals(who))
  ORDER BY m.ends_at DESC, m.id LIMIT 1
$$;
REVOKE EXECUTE ON FUNCTION cases_standing_mandate FROM PUBLIC;
