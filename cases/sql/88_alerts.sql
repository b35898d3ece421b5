-- What the events of this room are to who is told of them; lodesk/alerts/sql/20_digests.sql asks.

-- The kinds of which a person chooses how he is told. What is no such kind is told at once:
-- handovers, mandates, deadlines, access that ended, what is opened on a country's behalf
-- (product.md section 5: a floor that cannot be switched off). Pure.
CREATE OR REPLACE FUNCTION lodesk_kind_of_mail(event text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN starts_with(event, 'task.') THEN 'tasks'
              WHEN event = 'dossier.opened' THEN 'openings' ELSE '' END
$$;

-- What cannot wait for the morning: an offer one has to answer, one that nobody has answered, a
-- deadline near or past. Pure.
CREATE OR REPLACE FUNCTION lodesk_is_urgent(event text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT event IN ('handover.offered', 'handover.waiting', 'handover.unanswered', 'clock.near',
                   'clock.past', 'clock.unanswered')
$$;
