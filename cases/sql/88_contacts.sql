-- Contacts: whom a desk works with at authorities and partners. A row is a version that never
-- changes; the only thing that ever changes in one is `current`, and only the trigger here does it.

-- Whether a person keeps contacts of a country at a desk now: posted to its team there, or to its
-- headquarters where it has none.
CREATE OR REPLACE FUNCTION cases_keeps_contacts(who integer, of_owner text, at_desk bigint)
RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM accounts_nationalgroup g
    WHERE g.country = of_owner AND g.group_id = ANY((SELECT accounts_principals(who))::integer[])
      AND (g.desk_id = at_desk OR g.desk_id IS NULL AND NOT EXISTS (
        SELECT FROM accounts_nationalgroup t WHERE t.country = of_owner AND t.desk_id = at_desk)))
$$;

-- Whether a contact of this owner, desk, keeper and sight is for a person with these principals:
-- of the own country at the own desk, for headquarters at all desks; what somebody keeps for
-- himself only for him and for coordinators; of other countries what is for the whole desk.
CREATE OR REPLACE FUNCTION cases_contact_is_for(
  who integer, principals integer[], of_owner text, at_desk bigint, keeper integer, sight text
) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM accounts_nationalgroup g
    WHERE g.group_id = ANY(principals)
      AND (g.desk_id = at_desk AND sight = 'desk'
        OR g.country = of_owner AND (g.desk_id = at_desk OR g.desk_id IS NULL)
          AND (sight <> 'mine' OR keeper = who OR accounts_serves(who, 'coordinator', of_owner))))
$$;

-- Whether the acting person sees the present version of a contact.
-- Safe: about the acting person only, from the tables.
CREATE OR REPLACE FUNCTION lodesk_sees_contact(which uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (
    SELECT FROM cases_contact c
    WHERE c.origin_id = which AND c.current
      AND cases_contact_is_for(lodesk_me(), accounts_principals(lodesk_me()),
        c.owner, c.desk_id, c.keeper_id, c.visibility))
$$;

-- The version that is replaced must be the present one, and in sight: this runs as who writes. Of a
-- retired contact nothing follows. A change leaves its keeper, and who sees it is for the keeper to
-- say; a handover changes its keeper and nothing else; the end changes nothing. That one version is
-- replaced once is a unique key, so that of two at the same moment the second is told.
CREATE OR REPLACE FUNCTION cases_contact_begins() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  free text[] := '{id,origin_id,number,current,replaces_id,act,reason,made_by_id,made_at}';
  before cases_contact;
BEGIN
  IF lodesk_me() IS NOT NULL THEN
    NEW.made_at := now();
  END IF;
  NEW.current := true;
  NEW.origin_id := NEW.id;
  NEW.number := 1;
  IF NEW.replaces_id IS NULL THEN
    RETURN NEW;
  END IF;
  SELECT * INTO before FROM cases_contact c
  WHERE c.id = NEW.replaces_id AND c.current AND c.act <> 'retired';
  IF NOT FOUND THEN
    RAISE insufficient_privilege USING MESSAGE = 'no such contact';
  END IF;
  NEW.origin_id := before.origin_id;
  NEW.number := before.number + 1;
  IF NEW.act = 'handed_over' THEN
    free := free || '{keeper_id}';
  ELSIF NEW.act = 'changed' THEN
    free := free || '{name,authority,function,kind,host_country,phones,email,channel}'
      || '{languages,note}';
    IF lodesk_me() IS NULL OR before.keeper_id = lodesk_me() THEN
      free := free || '{visibility}';
    END IF;
  END IF;
  IF to_jsonb(NEW) - free <> to_jsonb(before) - free
     OR NEW.act = 'handed_over' AND NEW.keeper_id = before.keeper_id THEN
    RAISE insufficient_privilege USING MESSAGE = 'this part of a contact never changes so';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER contact_begins BEFORE INSERT ON cases_contact
  FOR EACH ROW EXECUTE FUNCTION cases_contact_begins();

CREATE OR REPLACE FUNCTION cases_contact_replaced() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE cases_contact SET current = false WHERE id = NEW.replaces_id;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER contact_replaced AFTER INSERT ON cases_contact
  FOR EACH ROW WHEN (NEW.replaces_id IS NOT NULL) EXECUTE FUNCTION cases_contact_replaced();

-- A version before is read by whom it was for, while the contact is in his sight: what was written
-- for one person does not become readable when the contact is shown to more.
ALTER TABLE cases_contact ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS contact_read ON cases_contact;
CREATE POLICY contact_read ON cases_contact FOR SELECT USING (
  cases_contact_is_for(lodesk_me(), (SELECT accounts_principals(lodesk_me())),
    owner, desk_id, keeper_id, visibility)
  AND (current OR lodesk_sees_contact(origin_id)));

-- Whether the acting person may give a contact in sight (by the key of its present version) to
-- somebody: who keeps it; and of one that nobody keeps any more a coordinator, or who takes it.
-- A function, for a policy that reads its own table would never end. It runs as who asks.
CREATE OR REPLACE FUNCTION lodesk_may_give_contact(which uuid, taker integer) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM cases_contact c
    WHERE c.id = which AND (c.keeper_id = lodesk_me()
      OR NOT cases_keeps_contacts(c.keeper_id, c.owner, c.desk_id)
        AND (accounts_serves(lodesk_me(), 'coordinator', c.owner) OR taker = lodesk_me())))
$$;

-- Written in the own name by those who keep contacts there.
DROP POLICY IF EXISTS contact_write ON cases_contact;
CREATE POLICY contact_write ON cases_contact FOR INSERT WITH CHECK (
  made_by_id = lodesk_me() AND CASE act
    WHEN 'made' THEN keeper_id = lodesk_me()
      AND cases_keeps_contacts(lodesk_me(), owner, desk_id)
    WHEN 'handed_over' THEN cases_keeps_contacts(keeper_id, owner, desk_id)
      AND lodesk_may_give_contact(replaces_id, keeper_id)
    ELSE cases_keeps_contacts(lodesk_me(), owner, desk_id)
      AND (visibility <> 'mine' OR keeper_id = lodesk_me()) END);
GRANT SELECT, INSERT ON cases_contact TO lodesk_app;
