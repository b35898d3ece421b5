-- People: everybody with a posting knows the joint directory; an account is read by its owner only.

-- A posting, a group and a person carry their country in composite keys: membership is the side
-- door past mandates, so a person of one country cannot be put in a group of another.
ALTER TABLE accounts_posting DROP CONSTRAINT IF EXISTS posting_country_of_person;
ALTER TABLE accounts_posting ADD CONSTRAINT posting_country_of_person
  FOREIGN KEY (person_id, country) REFERENCES accounts_person (id, country);
ALTER TABLE accounts_posting DROP CONSTRAINT IF EXISTS posting_country_of_group;
ALTER TABLE accounts_posting ADD CONSTRAINT posting_country_of_group
  FOREIGN KEY (group_id, country) REFERENCES accounts_nationalgroup (group_id, country);

-- The groups of a person's postings valid now, and minus the person's own number.
-- Empty for a closed account, without a posting, and for those who must never read dossiers.
-- Safe: answers about principals only; used inside predicates and by lodesk_enter.
CREATE OR REPLACE FUNCTION accounts_principals(who integer) RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT CASE WHEN count(p.group_id) = 0 THEN '{}'::integer[]
         ELSE array_agg(DISTINCT p.group_id) || -who END
  FROM accounts_posting p JOIN accounts_user u ON u.person_ptr_id = p.person_id
  WHERE p.person_id = who AND u.is_active AND p.group_id IS NOT NULL
    AND p.starts_at <= now() AND (p.ends_at IS NULL OR p.ends_at > now())
$$;

-- Country of a person with a posting valid now in an open account; NULL otherwise.
-- Safe: the directory says as much.
CREATE OR REPLACE FUNCTION accounts_country(who integer) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT p.country FROM accounts_posting p JOIN accounts_user u ON u.person_ptr_id = p.person_id
  WHERE p.person_id = who AND u.is_active
    AND p.starts_at <= now() AND (p.ends_at IS NULL OR p.ends_at > now())
  LIMIT 1
$$;

-- Whether a person holds this role for this country now. Safe: the directory says as much.
CREATE OR REPLACE FUNCTION accounts_serves(who integer, as_role text, of_country text)
RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (
    SELECT FROM accounts_posting p JOIN accounts_user u ON u.person_ptr_id = p.person_id
    WHERE p.person_id = who AND p.role = as_role AND p.country = of_country AND u.is_active
      AND p.starts_at <= now() AND (p.ends_at IS NULL OR p.ends_at > now()))
$$;

-- Whether a person may take a dossier of this country: one's own, or with a valid certificate
-- of training in its rules (product.md section 4). Safe: whether, not until when; that is joint.
CREATE OR REPLACE FUNCTION accounts_certified(who integer, rules text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (SELECT FROM accounts_person WHERE id = who AND country = rules)
    OR EXISTS (SELECT FROM accounts_certificate
               WHERE person_id = who AND rules_of = rules
                 AND issued_on <= current_date AND valid_until >= current_date)
$$;

-- Say who acts in this transaction. The application says who; the tables say what that means.
-- Safe: sets three settings of the own transaction; a closed account or one without a posting
-- becomes nobody's country and no principals.
CREATE OR REPLACE FUNCTION lodesk_enter(who integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  open_account boolean := EXISTS (
    SELECT FROM accounts_user WHERE person_ptr_id = who AND is_active);
BEGIN
  PERFORM set_config('lodesk.user_id', CASE WHEN open_account THEN who::text ELSE '' END, true),
    set_config('lodesk.country', COALESCE(accounts_country(who), ''), true),
    set_config('lodesk.principals', accounts_principals(who)::text, true);
END $$;

-- Whether a person leads the team of a country at a desk now. Safe: the directory says as much.
CREATE OR REPLACE FUNCTION accounts_heads(who integer, at_desk bigint, of_country text)
RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (
    SELECT FROM accounts_posting p JOIN accounts_user u ON u.person_ptr_id = p.person_id
    WHERE p.person_id = who AND p.role = 'head_of_desk' AND p.desk_id = at_desk
      AND p.country = of_country AND u.is_active
      AND p.starts_at <= now() AND (p.ends_at IS NULL OR p.ends_at > now()))
$$;

-- Whether the acting person decides on somebody's work at a desk: on the own, or as head of the
-- team. Stand-ins and rotations are arranged by these. Safe: about the acting person only.
CREATE OR REPLACE FUNCTION lodesk_arranges_for(who integer, of_country text, at_desk bigint)
RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT accounts_principals(lodesk_me()) <> '{}'
    AND (who = lodesk_me() OR accounts_heads(lodesk_me(), at_desk, of_country))
$$;

-- Whether the acting person leads the team at a desk that this person belongs to now.
-- Safe: the directory says as much.
CREATE OR REPLACE FUNCTION lodesk_heads(who integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (
    SELECT FROM accounts_posting p WHERE p.person_id = who
      AND accounts_heads(lodesk_me(), p.desk_id, p.country)
      AND p.starts_at <= now() AND (p.ends_at IS NULL OR p.ends_at > now()))
$$;

-- Whether a person is away today, by the day at this desk. Internal.
CREATE OR REPLACE FUNCTION accounts_absent(who integer, at_desk bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (
    SELECT FROM accounts_absence a JOIN accounts_desk d ON d.id = at_desk
    WHERE a.person_id = who AND a.taken_back_at IS NULL
      AND (now() AT TIME ZONE d.time_zone)::date BETWEEN a.starts_on AND a.ends_on)
$$;
REVOKE EXECUTE ON FUNCTION accounts_absent FROM PUBLIC;

-- Sign-in happens before anybody acts. Safe: number and hash of exactly one open account whose
-- address one already knows; threat-model.md says what this exposes.
CREATE OR REPLACE FUNCTION accounts_sign_in(address text)
RETURNS TABLE (person_id integer, password varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT u.person_ptr_id, u.password FROM accounts_user u
  WHERE lower(u.email) = lower(address) AND u.is_active
$$;

-- The joint directory (product.md section 2, number 7): postings valid now, without dates.
-- Whether somebody is absent goes by the day where that posting is: at the desk, else at home.
-- Safe: name, desk, role, present or absent, certificate valid; nothing for nobody.
CREATE OR REPLACE VIEW accounts_directory WITH (security_barrier) AS
  SELECT p.id AS posting, p.person_id, p.country, p.role, p.desk_id, p.group_id,
    EXISTS (SELECT FROM accounts_absence a
            WHERE a.person_id = p.person_id AND a.taken_back_at IS NULL
            AND (now() AT TIME ZONE COALESCE(d.time_zone, h.time_zone))::date
                BETWEEN a.starts_on AND a.ends_on) AS absent,
    ARRAY(SELECT DISTINCT c.rules_of::text FROM accounts_certificate c
          WHERE c.person_id = p.person_id AND c.issued_on <= current_date
            AND c.valid_until >= current_date) AS certified_for
  FROM accounts_posting p JOIN accounts_user u ON u.person_ptr_id = p.person_id
  JOIN accounts_headquarters h ON h.country = p.country
  LEFT JOIN accounts_desk d ON d.id = p.desk_id
  WHERE NULLIF(current_setting('lodesk.country', true), '') IS NOT NULL AND u.is_active
    AND p.starts_at <= now() AND (p.ends_at IS NULL OR p.ends_at > now());
GRANT SELECT ON accounts_directory TO lodesk_app;

ALTER TABLE accounts_person ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS person_read ON accounts_person;
CREATE POLICY person_read ON accounts_person FOR SELECT USING (
  id = lodesk_me() OR lodesk_country() IS NOT NULL);
GRANT SELECT ON accounts_person TO lodesk_app;

ALTER TABLE accounts_user ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS user_read ON accounts_user;
CREATE POLICY user_read ON accounts_user FOR SELECT USING (person_ptr_id = lodesk_me());
DROP POLICY IF EXISTS user_change ON accounts_user;
CREATE POLICY user_change ON accounts_user FOR UPDATE USING (person_ptr_id = lodesk_me());
GRANT SELECT, UPDATE (language, time_zone) ON accounts_user TO lodesk_app;

ALTER TABLE accounts_posting ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS posting_read ON accounts_posting;
CREATE POLICY posting_read ON accounts_posting FOR SELECT USING (
  person_id = lodesk_me() OR country = lodesk_country());
GRANT SELECT ON accounts_posting TO lodesk_app;

ALTER TABLE accounts_certificate ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS certificate_read ON accounts_certificate;
CREATE POLICY certificate_read ON accounts_certificate FOR SELECT USING (
  EXISTS (SELECT FROM accounts_person p WHERE p.id = person_id AND p.country = lodesk_country()));
GRANT SELECT ON accounts_certificate TO lodesk_app;

ALTER TABLE accounts_absence ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS absence_read ON accounts_absence;
CREATE POLICY absence_read ON accounts_absence FOR SELECT USING (
  EXISTS (SELECT FROM accounts_person p WHERE p.id = person_id AND p.country = lodesk_country()));
-- When it was entered and taken back is the database's to say.
CREATE OR REPLACE FUNCTION accounts_absence_dated() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF lodesk_me() IS NULL THEN
    RETURN NEW;
  ELSIF TG_OP = 'INSERT' THEN
    NEW.made_at := now();
  ELSE
    NEW.taken_back_at := now();
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER absence_dated BEFORE INSERT OR UPDATE ON accounts_absence
  FOR EACH ROW EXECUTE FUNCTION accounts_absence_dated();
-- One's own, or of somebody of the team one leads; taken back once.
DROP POLICY IF EXISTS absence_enter ON accounts_absence;
CREATE POLICY absence_enter ON accounts_absence FOR INSERT WITH CHECK (
  made_by_id = lodesk_me() AND taken_back_at IS NULL
  AND (person_id = lodesk_me() AND accounts_country(lodesk_me()) IS NOT NULL
       OR lodesk_heads(person_id)));
DROP POLICY IF EXISTS absence_take_back ON accounts_absence;
CREATE POLICY absence_take_back ON accounts_absence FOR UPDATE
  USING (taken_back_at IS NULL
         AND (person_id = lodesk_me() AND accounts_country(lodesk_me()) IS NOT NULL
              OR lodesk_heads(person_id)))
  WITH CHECK (taken_back_by_id = lodesk_me());
GRANT SELECT, INSERT, UPDATE (taken_back_at, taken_back_by_id) ON accounts_absence TO lodesk_app;

-- Where desks and headquarters are, and which groups there are, is no secret.
GRANT SELECT ON accounts_desk, accounts_headquarters, accounts_nationalgroup TO lodesk_app;

-- allauth asks for extra addresses at sign-in; there are none, and none can be added.
ALTER TABLE account_emailaddress ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON account_emailaddress TO lodesk_app;
