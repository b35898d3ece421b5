-- A dossier changes hands without an offer, within the owner's team at its desk: one of the team takes
-- it from the queue, or the head of desk gives it to one of the team. Each is a handover, accepted at
-- once; PostgreSQL alone writes them.

-- Whether a person works now in the owner's team at the desk of a dossier, in this role or, with '',
-- in any; and that team may add to it. Internal.
CREATE OR REPLACE FUNCTION cases_in_the_team(d cases_dossier, who integer, as_role text)
RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (
    SELECT FROM accounts_posting p
    JOIN accounts_user u ON u.person_ptr_id = p.person_id
    JOIN cases_dossiergrouppermission g ON g.group_id = p.group_id
    JOIN auth_permission a ON a.id = g.permission_id
    WHERE p.person_id = who AND as_role IN ('', p.role) AND u.is_active
      AND p.country = d.owner AND p.desk_id = d.desk_id
      AND p.starts_at <= now() AND (p.ends_at IS NULL OR p.ends_at > now())
      AND g.content_object_id = d.id AND a.codename = 'contribute_dossier')
$$;
REVOKE EXECUTE ON FUNCTION cases_in_the_team FROM PUBLIC;

-- Whether a dossier may change hands without an offer: a confined one is the handler's and
-- headquarters', and what is offered waits for its answer. Internal.
CREATE OR REPLACE FUNCTION cases_moves_at_once(d cases_dossier) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT d.status <> 'closed' AND NOT d.confined AND NOT EXISTS (
    SELECT FROM cases_handover h
    WHERE h.dossier_id = d.id AND h.state IN ('offered', 'awaiting_mandate'))
$$;
REVOKE EXECUTE ON FUNCTION cases_moves_at_once FROM PUBLIC;

-- Write the handover and its event, move handler and grants. Its key follows from how many there were
-- of the dossier, which is locked: the same whatever happens elsewhere. Internal.
CREATE OR REPLACE FUNCTION cases_move_at_once(
  d cases_dossier, of_kind text, who integer, reason text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  h cases_handover;
  before bigint := (SELECT count(*) FROM cases_handover x WHERE x.dossier_id = d.id);
BEGIN
  INSERT INTO cases_handover (id, dossier_id, kind, giver_id, to_person_id, state, offered_at,
                              answer_by, note_state, note_promises, note_deadline, note_contacts,
                              note_risks, giver_keeps, answered_by_id, answered_at, answer_reason)
  VALUES (md5(format('%s %s', d.id, before))::uuid, d.id, of_kind, CASE of_kind WHEN 'reassigned' THEN lodesk_me() END,
          who, 'accepted', now(), now(), '', '', '', '', '', 'none', who, now(), reason)
  RETURNING * INTO h;
  PERFORM cases_record(d.id, 'handover.' || of_kind,
    cases_handover_facts(h) || jsonb_strip_nulls(jsonb_build_object('before', (
      SELECT format('%s (%s)', name, country) FROM accounts_person WHERE id = d.handler_id))));
  PERFORM cases_take_over(h, d, who);
END $$;
REVOKE EXECUTE ON FUNCTION cases_move_at_once FROM PUBLIC;

-- Take a dossier that nobody handles. Safe: the lock on its row lets one of two who take it at once
-- count, and every condition is asked here again. Who may add nothing to it does not lock it.
CREATE OR REPLACE FUNCTION cases_take_work(which uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  d cases_dossier;
BEGIN
  SELECT * INTO d FROM cases_dossier
  WHERE id = which AND lodesk_holds(id, 'contribute') FOR NO KEY UPDATE;
  IF d.handler_id IS NOT NULL OR NOT cases_moves_at_once(d)
     OR NOT cases_in_the_team(d, lodesk_me(), '') THEN
    RAISE insufficient_privilege USING MESSAGE = 'this dossier is not to be taken';
  END IF;
  PERFORM cases_move_at_once(d, 'taken', lodesk_me(), '');
END $$;

-- Give a dossier to another of the team, from its handler or from the queue: the owner's head of
-- desk, with a reason. Safe: as above.
CREATE OR REPLACE FUNCTION cases_reassign_work(which uuid, who integer, reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  d cases_dossier;
BEGIN
  SELECT * INTO d FROM cases_dossier
  WHERE id = which AND lodesk_holds(id, 'contribute') FOR NO KEY UPDATE;
  IF d.handler_id IS NOT DISTINCT FROM who OR COALESCE(reason, '') !~ '\S'
     OR NOT cases_moves_at_once(d) OR NOT cases_in_the_team(d, lodesk_me(), 'head_of_desk')
     OR NOT cases_in_the_team(d, who, '') THEN
    RAISE insufficient_privilege USING MESSAGE = 'this dossier is not to be given on';
  END IF;
  PERFORM cases_move_at_once(d, 'reassigned', who, reason);
END $$;
