-- What the pages count and the policies do not let them read.

-- How many people of each country these grants reached at a moment: members of the groups then,
-- and the people named, each once. Safe: numbers of people whose groups the directory names
-- anyway, and nothing for nobody; who holds a grant is read under the dossier's own policies.
CREATE OR REPLACE FUNCTION cases_people_at(
  groups integer[], people integer[], moment timestamptz
) RETURNS TABLE (country varchar, reached bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT p.country, count(DISTINCT p.person_id) FROM accounts_posting p
  JOIN accounts_user u ON u.person_ptr_id = p.person_id
  WHERE lodesk_country() IS NOT NULL AND p.group_id IS NOT NULL
    AND (u.is_active OR moment < now())
    AND (p.group_id = ANY(groups) OR p.person_id = ANY(people))
    AND p.starts_at <= moment AND (p.ends_at IS NULL OR p.ends_at > moment)
  GROUP BY p.country
$$;

-- Who was told of a dossier, and what became of it. For who may view it now: the owner's people see
-- what the owner's people were told and, of others, what those were told who view it now under the
-- owner's mandate, and whether they have read it: how their mail goes is their own country's. Who is
-- of another country sees what went to himself, and not that anybody else was told.
-- Safe: codes and moments; no facts, no error, no address.
CREATE OR REPLACE FUNCTION cases_told_of(about uuid)
RETURNS TABLE (alert uuid, event varchar, at timestamptz, person integer, state varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT a.id, a.event, a.created_at, a.recipient_id,
    CASE WHEN a.read_at IS NOT NULL THEN 'read'
         WHEN p.country <> accounts_country(lodesk_me()) THEN 'told'
         ELSE COALESCE(l.state, 'inbox') END
  FROM cases_dossier d
  JOIN alerts_alert a ON a.subject_id = d.id
  JOIN accounts_person p ON p.id = a.recipient_id
  LEFT JOIN alerts_delivery l ON l.alert_id = a.id
  WHERE d.id = about AND lodesk_holds(d.id, 'view')
    AND (a.recipient_id = lodesk_me()
         OR accounts_country(lodesk_me()) = d.owner
            AND (p.country = d.owner OR cases_holds(d.id, a.recipient_id, '{view}')))
$$;
