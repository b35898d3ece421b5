-- How and when a person is told: preferences, quiet hours, and mails that tell of many alerts.

-- Of which kind an event is among those a person may choose about ('tasks', 'openings'; anything
-- else is told at once), and whether it breaks quiet hours. This room knows no events: until the room
-- above replaces them, everything is told at once. Replaced by cases/sql.
DO $$
BEGIN
  IF to_regprocedure('lodesk_kind_of_mail(text)') IS NULL THEN
    CREATE FUNCTION lodesk_kind_of_mail(event text) RETURNS text
    LANGUAGE sql IMMUTABLE AS 'SELECT ''''';
    CREATE FUNCTION lodesk_is_urgent(event text) RETURNS boolean
    LANGUAGE sql IMMUTABLE AS 'SELECT true';
  END IF;
END $$;

ALTER TABLE alerts_mailpreference ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS mail_preference_read ON alerts_mailpreference;
CREATE POLICY mail_preference_read ON alerts_mailpreference FOR SELECT USING (
  person_id = lodesk_me());
DROP POLICY IF EXISTS mail_preference_add ON alerts_mailpreference;
CREATE POLICY mail_preference_add ON alerts_mailpreference FOR INSERT WITH CHECK (
  person_id = lodesk_me());
DROP POLICY IF EXISTS mail_preference_change ON alerts_mailpreference;
CREATE POLICY mail_preference_change ON alerts_mailpreference FOR UPDATE USING (
  person_id = lodesk_me());
GRANT SELECT, INSERT, UPDATE (tasks, openings, quiet_from, quiet_until)
  ON alerts_mailpreference TO lodesk_app;

-- No right and no policy: only the functions below come near it.
ALTER TABLE alerts_digest ENABLE ROW LEVEL SECURITY;

-- How somebody wants to be told of an event. Internal.
CREATE OR REPLACE FUNCTION alerts_wish(who integer, event text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT COALESCE((
    SELECT CASE lodesk_kind_of_mail(event)
           WHEN 'tasks' THEN p.tasks WHEN 'openings' THEN p.openings END
    FROM alerts_mailpreference p WHERE p.person_id = who), 'at_once')
$$;
REVOKE EXECUTE ON FUNCTION alerts_wish FROM PUBLIC;

-- The clock by which somebody's nights and mornings go: the desk's of the posting valid now, else
-- that of the own headquarters. Internal.
CREATE OR REPLACE FUNCTION alerts_zone_of(who integer) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT COALESCE((
    SELECT k.time_zone FROM accounts_posting p JOIN accounts_desk k ON k.id = p.desk_id
    WHERE p.person_id = who AND p.starts_at <= now() AND (p.ends_at IS NULL OR p.ends_at > now())
    ORDER BY p.starts_at DESC, p.id DESC LIMIT 1), (
    SELECT h.time_zone FROM accounts_person p JOIN accounts_headquarters h ON h.country = p.country
    WHERE p.id = who))
$$;
REVOKE EXECUTE ON FUNCTION alerts_zone_of FROM PUBLIC;

-- The next half past seven of somebody's desk. Internal.
CREATE OR REPLACE FUNCTION alerts_next_morning(who integer, start timestamptz) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  zone text := alerts_zone_of(who);
  here timestamp := start AT TIME ZONE zone;
  morning timestamp := here::date + time '07:30';
BEGIN
  IF morning <= here THEN
    morning := morning + interval '1 day';
  END IF;
  RETURN morning AT TIME ZONE zone;
END $$;
REVOKE EXECUTE ON FUNCTION alerts_next_morning FROM PUBLIC;

-- The first moment from a start on at which a mail on this event may leave: at once when it is
-- urgent, else not in somebody's quiet hours, which may span midnight. Internal.
CREATE OR REPLACE FUNCTION alerts_not_before(who integer, event text, start timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  quiet alerts_mailpreference;
  zone text;
  here timestamp;
  begins timestamp;
  ends timestamp;
BEGIN
  SELECT * INTO quiet FROM alerts_mailpreference p WHERE p.person_id = who;
  IF quiet.quiet_from IS NULL OR lodesk_is_urgent(event) THEN
    RETURN start;
  END IF;
  zone := alerts_zone_of(who);
  here := start AT TIME ZONE zone;
  ends := here::date + quiet.quiet_until;
  IF ends <= here THEN
    ends := ends + interval '1 day';
  END IF;
  begins := ends::date + quiet.quiet_from;
  IF begins >= ends THEN
    begins := begins - interval '1 day';
  END IF;
  RETURN CASE WHEN begins <= here THEN ends AT TIME ZONE zone ELSE start END;
END $$;
REVOKE EXECUTE ON FUNCTION alerts_not_before FROM PUBLIC;

-- Gather what is one mail: what waited for somebody's morning, and five mails or more to one person
-- on one event that were queued at the same moment, which is that of one transaction (or of the end
-- of quiet hours): a portfolio of 200 dossiers is one mail. One worker at a time; lines another has
-- in hand stay his. A digest is named after its first alert: its key, and with it the Message-ID,
-- stays the same however often it is tried. What comes later waits for the next one. Internal.
CREATE OR REPLACE FUNCTION alerts_gather() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('alerts_gather')) THEN
    RETURN;
  END IF;
  WITH due AS MATERIALIZED (
    SELECT d.id, d.alert_id, a.recipient_id, d.channel,
      CASE d.channel WHEN 'mail' THEN a.event ELSE '' END AS event,
      CASE d.channel WHEN 'mail' THEN d.next_try_at ELSE 'epoch' END AS queued
    FROM alerts_delivery d JOIN alerts_alert a ON a.id = d.alert_id
    WHERE d.state = 'pending' AND d.attempts = 0 AND d.digest_id IS NULL AND d.next_try_at <= now()
  ), bundle AS MATERIALIZED (
    SELECT md5((array_agg(alert_id ORDER BY alert_id))[1]::text)::uuid AS digest,
      recipient_id, channel, event, queued
    FROM due GROUP BY recipient_id, channel, event, queued
    HAVING channel = 'digest' OR count(*) >= 5
  ), taken AS MATERIALIZED (
    SELECT d.id, b.digest, b.recipient_id
    FROM bundle b JOIN due USING (recipient_id, channel, event, queued)
    JOIN alerts_delivery d ON d.id = due.id
    WHERE d.state = 'pending' AND d.attempts = 0 AND d.digest_id IS NULL
    FOR UPDATE OF d SKIP LOCKED
  ), made AS (
    INSERT INTO alerts_digest (id, recipient_id, made_at, state, attempts, next_try_at)
    SELECT DISTINCT digest, recipient_id, now(), 'pending', 0, now() FROM taken)
  UPDATE alerts_delivery d SET digest_id = taken.digest FROM taken WHERE d.id = taken.id;
END $$;
REVOKE EXECUTE ON FUNCTION alerts_gather FROM PUBLIC;

-- Take digests in hand for a while.
-- Safe: as alerts_claim; returns keys and numbers.
DROP FUNCTION IF EXISTS alerts_claim_digests(integer, integer);
CREATE FUNCTION alerts_claim_digests(at_most integer, lease_seconds integer)
RETURNS TABLE (
  digest uuid, attempt smallint, recipient integer, recipient_public uuid,
  waiting_since timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
  PERFORM alerts_refuse_person();
  PERFORM alerts_gather();
  RETURN QUERY
  WITH due AS (
    SELECT g.id, g.next_try_at AS due_at FROM alerts_digest g
    WHERE g.state IN ('pending', 'deferred') AND g.next_try_at <= now()
    ORDER BY g.next_try_at, g.id
    LIMIT LEAST(at_most, 100) FOR UPDATE SKIP LOCKED
  ), taken AS (
    UPDATE alerts_digest g
    SET attempts = g.attempts + 1,
        next_try_at = now() + make_interval(secs => LEAST(lease_seconds, 300))
    FROM due, accounts_person p
    WHERE g.id = due.id AND p.id = g.recipient_id
    RETURNING g.id, g.attempts, g.recipient_id, p.public_id, g.made_at)
  SELECT taken.* FROM taken JOIN due ON due.id = taken.id ORDER BY due.due_at, taken.id;
END $$;

-- Write down what became of a digest and of its lines; those its mail did not hold are dropped
-- (told: what it held; NULL when there was no mail yet). Gives the lines, for the log, and nothing
-- when the digest is no longer ours.
-- Safe: as alerts_settle; changes nothing but the course of one digest.
DROP FUNCTION IF EXISTS alerts_settle_digest(uuid, integer, text, text, timestamptz, uuid[]);
CREATE FUNCTION alerts_settle_digest(
  which uuid, claimed_attempt integer, outcome text, error text, try_again timestamptz, told uuid[]
) RETURNS TABLE (
  alert uuid, state varchar, reason varchar, event varchar, owner varchar, reference varchar)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
  PERFORM alerts_refuse_person();
  IF outcome NOT IN ('sent', 'deferred', 'failed', 'dropped') THEN
    RAISE EXCEPTION 'not an outcome of a delivery';
  END IF;
  UPDATE alerts_digest g
  SET state = outcome,
      next_try_at = COALESCE(alerts_not_before(g.recipient_id, '', try_again), g.next_try_at)
  WHERE g.id = which AND g.state IN ('pending', 'deferred')
    AND (g.attempts = claimed_attempt OR outcome = 'sent');
  IF NOT FOUND THEN
    RETURN;
  END IF;
  RETURN QUERY
  UPDATE alerts_delivery d
  SET state = CASE WHEN held.held THEN outcome ELSE 'dropped' END,
      last_error = CASE WHEN held.held THEN left(error, 60) ELSE 'no_access' END,
      attempts = claimed_attempt,
      sent_at = CASE WHEN held.held AND outcome = 'sent' THEN now() END,
      failed_at = CASE WHEN held.held AND outcome = 'failed' THEN now() END
  FROM alerts_alert a, LATERAL (SELECT COALESCE(a.id = ANY(told), true) AS held) held
  WHERE a.id = d.alert_id AND d.digest_id = which AND d.state IN ('pending', 'deferred')
  RETURNING a.id, d.state, d.last_error, a.event, a.owner, a.reference;
END $$;

REVOKE ALL ON FUNCTION alerts_claim_digests(integer, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION alerts_settle_digest(uuid, integer, text, text, timestamptz, uuid[])
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION alerts_claim_digests(integer, integer) TO lodesk_app;
GRANT EXECUTE ON FUNCTION alerts_settle_digest(uuid, integer, text, text, timestamptz, uuid[])
  TO lodesk_app;
