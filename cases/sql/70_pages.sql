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
