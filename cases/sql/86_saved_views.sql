-- Saved views: one's own and nobody else's, whatever the country, while one reads dossiers at all.
-- A person has a fixed number of places; deleting a view empties its place (and nothing of it is
-- left), so that no row is ever deleted and none is changed but its words.
ALTER TABLE cases_savedview ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS saved_view_read ON cases_savedview;
CREATE POLICY saved_view_read ON cases_savedview FOR SELECT USING (
  person_id = lodesk_me() AND accounts_principals(lodesk_me()) <> '{}');
DROP POLICY IF EXISTS saved_view_keep ON cases_savedview;
CREATE POLICY saved_view_keep ON cases_savedview FOR INSERT WITH CHECK (
  person_id = lodesk_me() AND accounts_principals(lodesk_me()) <> '{}');
DROP POLICY IF EXISTS saved_view_change ON cases_savedview;
CREATE POLICY saved_view_change ON cases_savedview FOR UPDATE USING (
  person_id = lodesk_me() AND accounts_principals(lodesk_me()) <> '{}');
GRANT SELECT, INSERT, UPDATE (name, asked) ON cases_savedview TO lodesk_app;
