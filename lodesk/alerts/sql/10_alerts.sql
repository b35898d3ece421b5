-- Alerts: read by their recipient, while what they are about is visible; the outbox of mail is
-- worked through two functions. Applied after every migrate, see lodesk/border/sql/__init__.py.

-- Whether the caller may see what an alert is about. This room knows no dossiers: until the room
-- above replaces it, nothing is visible. Replaced by cases/sql (SECURITY INVOKER).
DO $$
BEGIN
  IF to_regprocedure('lodesk_subject_visible(uuid)') IS NULL THEN
    CREATE FUNCTION lodesk_subject_visible(subject uuid) RETURNS boolean
    LANGUAGE sql STABLE AS 'SELECT false';
  END IF;
END $$;

-- Whether a subject bears this reference and owner, and whether a person could ever see it: what
-- an alert may say, and to whom it may say that access ended. Replaced by cases/sql, as above.
DO $$
BEGIN
  IF to_regprocedure('lodesk_subject_is(uuid, text, text)') IS NULL THEN
    CREATE FUNCTION lodesk_subject_is(subject uuid, reference text, owner text) RETURNS boolean
    LANGUAGE sql STABLE AS 'SELECT false';
    CREATE FUNCTION lodesk_subject_known_to(subject uuid, who integer) RETURNS boolean
    LANGUAGE sql STABLE AS 'SELECT false';
  END IF;
END $$;

-- No case content leaves in a mail (product.md section 5), also not by raw SQL: codes, numbers and
-- moments only, and a path of this site that cannot point elsewhere.
ALTER TABLE alerts_alert DROP CONSTRAINT IF EXISTS alert_holds_codes_only;
ALTER TABLE alerts_alert ADD CONSTRAINT alert_holds_codes_only CHECK (
  event ~ '^[a-z_.]+$' AND because ~ '^[a-z_.]*$' AND reference ~ '^[A-Z0-9-]*$'
  AND owner IN ('', 'BE', 'NL', 'LU') AND path ~ '^(/[A-Za-z0-9_-]+)*/?$'
  AND jsonb_typeof(facts) = 'object' AND pg_column_size(facts) < 2000
  AND created_at BETWEEN '1990-01-01' AND '2101-01-01'
  AND (due_at IS NULL OR due_at BETWEEN '1990-01-01' AND '2101-01-01')
  AND NOT jsonb_path_exists(facts, 'strict $.* ? (@.type() == "array" || @.type() == "object")')
  AND NOT jsonb_path_exists(facts,
    'strict $.* ? (@.type() == "string") ? (!(@ like_regex "^[A-Za-z0-9._:+-]{0,40}$"))'));

-- Every alert is also a mail, unless its recipient wants this kind in the inbox only; when it may
-- leave is written down with it. The application itself cannot add a line to the outbox.
-- Safe: adds at most one line, for the row just inserted, which passed the policy below.
CREATE OR REPLACE FUNCTION alerts_queue_mail() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  wish text := alerts_wish(NEW.recipient_id, NEW.event);
  leaves timestamptz := now();
BEGIN
  IF wish = 'inbox' THEN
    RETURN NULL;
  END IF;
  IF wish = 'digest' THEN
    leaves := alerts_next_morning(NEW.recipient_id, now());
  END IF;
  leaves := alerts_not_before(NEW.recipient_id, NEW.event, leaves);
  INSERT INTO alerts_delivery (id, alert_id, channel, state, attempts, next_try_at, held_until,
    last_error)
  VALUES (gen_random_uuid(), NEW.id, CASE wish WHEN 'digest' THEN 'digest' ELSE 'mail' END,
    'pending', 0, leaves, NULLIF(leaves, now()), '');
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION alerts_queue_mail() FROM PUBLIC;
DROP TRIGGER IF EXISTS alerts_queue_mail ON alerts_alert;
CREATE TRIGGER alerts_queue_mail AFTER INSERT ON alerts_alert
  FOR EACH ROW EXECUTE FUNCTION alerts_queue_mail();

ALTER TABLE alerts_alert ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS alert_read ON alerts_alert;
CREATE POLICY alert_read ON alerts_alert FOR SELECT USING (
  recipient_id = lodesk_me()
  AND (subject_id IS NULL OR survives_access OR lodesk_subject_visible(subject_id)));
-- Announced in one's own name, about what one sees now; nobody acts when a time has come.
DROP POLICY IF EXISTS alert_add ON alerts_alert;
CREATE POLICY alert_add ON alerts_alert FOR INSERT WITH CHECK (
  actor_id IS NOT DISTINCT FROM lodesk_me() AND recipient_id IS DISTINCT FROM lodesk_me()
  AND read_at IS NULL
  AND starts_with(unique_key, event || ':')
  AND (NOT survives_access OR event = 'access.ended')
  AND (lodesk_me() IS NULL
       OR (subject_id IS NOT NULL AND lodesk_subject_visible(subject_id)
           AND lodesk_subject_is(subject_id, reference, owner)
           AND (NOT survives_access OR lodesk_subject_known_to(subject_id, recipient_id)))));
DROP POLICY IF EXISTS alert_mark ON alerts_alert;
CREATE POLICY alert_mark ON alerts_alert FOR UPDATE USING (recipient_id = lodesk_me());
GRANT SELECT, INSERT, UPDATE (read_at) ON alerts_alert TO lodesk_app;

-- What became of the mail of one's own alert.
ALTER TABLE alerts_delivery ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS delivery_read ON alerts_delivery;
CREATE POLICY delivery_read ON alerts_delivery FOR SELECT USING (
  EXISTS (SELECT FROM alerts_alert a WHERE a.id = alert_id));
GRANT SELECT ON alerts_delivery TO lodesk_app;

-- Take mails of one alert each in hand for a while; digests are taken in 20_digests.sql. What is not settled by then is due again by itself,
-- behind the others: a line that kills its worker keeps nobody back.
-- Safe: refuses whoever acts as a person; returns numbers, codes and the reference, which code
-- that acts as nobody could read anyway by entering as the recipient; SKIP LOCKED and the lease
-- give no line to two workers. Who runs SQL of his own *and* forges the settings (house.md, trap
-- 20) could hold mail back with these two functions; the inbox stays, and he reads nothing more.
DROP FUNCTION IF EXISTS alerts_claim(integer, integer);
CREATE FUNCTION alerts_claim(at_most integer, lease_seconds integer)
RETURNS TABLE (
  delivery uuid, attempt smallint, alert uuid, recipient integer, recipient_public uuid,
  waiting_since timestamptz, event varchar, owner varchar, subject uuid, reference varchar)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
  PERFORM alerts_refuse_person();
  PERFORM alerts_gather();
  RETURN QUERY
  WITH due AS (
    SELECT d.id, d.next_try_at AS due_at FROM alerts_delivery d
    WHERE d.state IN ('pending', 'deferred') AND d.digest_id IS NULL AND d.channel = 'mail'
      AND d.next_try_at <= now()
    ORDER BY d.next_try_at, d.alert_id
    LIMIT LEAST(at_most, 100) FOR UPDATE SKIP LOCKED
  ), taken AS (
    UPDATE alerts_delivery d
    SET attempts = d.attempts + 1,
        next_try_at = now() + make_interval(secs => LEAST(lease_seconds, 300))
    FROM due, alerts_alert a, accounts_person p
    WHERE d.id = due.id AND a.id = d.alert_id AND p.id = a.recipient_id
    RETURNING d.id, d.attempts, a.id AS alert, a.recipient_id, p.public_id,
      COALESCE(d.held_until, a.created_at), a.event, a.owner, a.subject_id, a.reference)
  -- In the order in which they are due and arose: what else lies in the outbox must not show.
  SELECT taken.* FROM taken JOIN due ON due.id = taken.id ORDER BY due.due_at, taken.alert;
END $$;

-- Write down what became of a line. False when it is no longer ours: settled already, or the lease
-- ran out and another worker has it. A mail that did leave is always written down. What is tried
-- again keeps out of the recipient's quiet hours.
-- Safe: refuses whoever acts as a person; changes nothing but the course of one line.
CREATE OR REPLACE FUNCTION alerts_settle(
  line uuid, claimed_attempt integer, outcome text, error text, try_again timestamptz
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM alerts_refuse_person();
  IF outcome NOT IN ('sent', 'deferred', 'failed', 'dropped') THEN
    RAISE EXCEPTION 'not an outcome of a delivery';
  END IF;
  UPDATE alerts_delivery d
  SET state = outcome, last_error = left(error, 60),
      next_try_at = COALESCE(
        alerts_not_before(a.recipient_id, a.event, try_again), d.next_try_at),
      sent_at = CASE WHEN outcome = 'sent' THEN now() END,
      failed_at = CASE WHEN outcome = 'failed' THEN now() END
  FROM alerts_alert a
  WHERE d.id = line AND a.id = d.alert_id AND d.state IN ('pending', 'deferred')
    AND (d.attempts = claimed_attempt OR outcome = 'sent');
  RETURN FOUND;
END $$;

REVOKE ALL ON FUNCTION alerts_claim(integer, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION alerts_settle(uuid, integer, text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION alerts_claim(integer, integer) TO lodesk_app;
GRANT EXECUTE ON FUNCTION alerts_settle(uuid, integer, text, text, timestamptz) TO lodesk_app;

-- The outbox is worked through when nobody acts; an officer's statement gets no further.
CREATE OR REPLACE FUNCTION alerts_refuse_person() RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
BEGIN
  IF lodesk_me() IS NOT NULL THEN
    RAISE EXCEPTION 'the outbox is not for people' USING ERRCODE = 'insufficient_privilege';
  END IF;
END $$;

-- Whose mail fails for good, since the last one that arrived: for the people administrator, who can
-- put an address right. Safe: people of the country he serves, with numbers, moments and the kind of
-- failure; nothing of what the mails were about.
CREATE OR REPLACE FUNCTION alerts_failures()
RETURNS TABLE (person integer, kind varchar, since timestamptz, failures bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT p.id, d.last_error, min(d.failed_at), count(DISTINCT COALESCE(d.digest_id, d.id))
  FROM alerts_delivery d
  JOIN alerts_alert a ON a.id = d.alert_id
  JOIN accounts_person p ON p.id = a.recipient_id
  JOIN accounts_user u ON u.person_ptr_id = p.id
  WHERE d.state = 'failed' AND d.failed_at IS NOT NULL AND u.is_active
    AND accounts_serves(lodesk_me(), 'people_administrator', p.country)
    AND NOT EXISTS (
      SELECT FROM alerts_delivery later JOIN alerts_alert b ON b.id = later.alert_id
      WHERE b.recipient_id = p.id AND later.sent_at > d.failed_at)
  GROUP BY p.id, d.last_error
$$;
