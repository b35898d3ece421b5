-- The duty roster: who is awake. Read within the own country, kept by who leads the group.

-- A turn, its group and its person are of one country, as postings are.
ALTER TABLE accounts_duty DROP CONSTRAINT IF EXISTS duty_country_of_person;
ALTER TABLE accounts_duty ADD CONSTRAINT duty_country_of_person
  FOREIGN KEY (person_id, country) REFERENCES accounts_person (id, country);
ALTER TABLE accounts_duty DROP CONSTRAINT IF EXISTS duty_country_of_group;
ALTER TABLE accounts_duty ADD CONSTRAINT duty_country_of_group
  FOREIGN KEY (group_id, country) REFERENCES accounts_nationalgroup (group_id, country);

-- Whether the acting person keeps the roster of a group: the head of desk of a team, a coordinator
-- of a headquarters. Safe: about the acting person only.
CREATE OR REPLACE FUNCTION accounts_keeps_roster(of_group integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (
    SELECT FROM accounts_posting p JOIN accounts_user u ON u.person_ptr_id = p.person_id
    WHERE p.person_id = lodesk_me() AND p.group_id = of_group
      AND p.role IN ('head_of_desk', 'coordinator') AND u.is_active
      AND p.starts_at <= now() AND (p.ends_at IS NULL OR p.ends_at > now()))
$$;

-- Who of a group is on duty now: with a posting there that is still valid. Internal.
CREATE OR REPLACE FUNCTION accounts_on_duty(of_group integer) RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT ARRAY(
    SELECT DISTINCT t.person_id FROM accounts_duty t
    JOIN accounts_posting p ON p.person_id = t.person_id AND p.group_id = t.group_id
    JOIN accounts_user u ON u.person_ptr_id = t.person_id
    WHERE t.group_id = of_group AND t.taken_off_at IS NULL AND u.is_active
      AND t.starts_at <= now() AND t.ends_at > now()
      AND p.starts_at <= now() AND (p.ends_at IS NULL OR p.ends_at > now()))
$$;
REVOKE EXECUTE ON FUNCTION accounts_on_duty FROM PUBLIC;

-- Who is put on duty is posted there for all of that time. Postings are asked under their own
-- policy: nobody learns the dates of another country's.
ALTER TABLE accounts_duty ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS duty_read ON accounts_duty;
CREATE POLICY duty_read ON accounts_duty FOR SELECT USING (country = lodesk_country());
DROP POLICY IF EXISTS duty_put_on ON accounts_duty;
CREATE POLICY duty_put_on ON accounts_duty FOR INSERT WITH CHECK (
  made_by_id = lodesk_me() AND taken_off_at IS NULL AND ends_at > now()
  AND accounts_keeps_roster(group_id)
  AND EXISTS (
    SELECT FROM accounts_posting p
    WHERE p.person_id = accounts_duty.person_id AND p.group_id = accounts_duty.group_id
      AND p.starts_at <= accounts_duty.starts_at
      AND (p.ends_at IS NULL OR p.ends_at >= accounts_duty.ends_at)));
DROP POLICY IF EXISTS duty_take_off ON accounts_duty;
CREATE POLICY duty_take_off ON accounts_duty FOR UPDATE
  USING (taken_off_at IS NULL AND ends_at > now() AND accounts_keeps_roster(group_id))
  WITH CHECK (taken_off_by_id = lodesk_me() AND taken_off_at = now());
GRANT SELECT, INSERT, UPDATE (taken_off_at, taken_off_by_id) ON accounts_duty TO lodesk_app;
