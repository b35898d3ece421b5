-- Entries: added by who may contribute, in the own name; never changed, never deleted. A correction is
-- a new row that takes the place of the one it names. Translations and drafts belong to them.

-- When an entry was written is the database's to say. Where it stands is when it happened, which may
-- be said after the fact but not before it; a correction stays where the first version stands, and
-- is of the same kind.
CREATE OR REPLACE FUNCTION cases_entry_begins() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  old cases_entry;
BEGIN
  IF lodesk_me() IS NULL THEN
    RETURN NEW;
  END IF;
  NEW.recorded_at := clock_timestamp();
  NEW.at := least(NEW.at, NEW.recorded_at);
  IF NEW.at < NEW.recorded_at - interval '366 days' THEN
    RAISE check_violation USING MESSAGE = 'an entry tells of the last year';
  END IF;
  NEW.version := 1;
  IF NEW.replaces_id IS NOT NULL THEN
    SELECT * INTO old FROM cases_entry WHERE id = NEW.replaces_id;
    IF old.dossier_id IS DISTINCT FROM NEW.dossier_id OR old.kind <> NEW.kind THEN
      RAISE insufficient_privilege USING MESSAGE = 'a correction stays in its place';
    END IF;
    NEW.at := old.at;
    NEW.version := old.version + 1;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER entry_begins BEFORE INSERT ON cases_entry
  FOR EACH ROW EXECUTE FUNCTION cases_entry_begins();
ALTER TABLE cases_entry ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS entry_read ON cases_entry;
CREATE POLICY entry_read ON cases_entry FOR SELECT USING (
  EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id));
DROP POLICY IF EXISTS entry_add ON cases_entry;
CREATE POLICY entry_add ON cases_entry FOR INSERT WITH CHECK (
  kind <> 'event' AND event = '' AND author_id = lodesk_me()
  AND lodesk_holds(dossier_id, 'contribute')
  AND (kind <> 'instruction' OR lodesk_holds(dossier_id, 'oversee'))
  AND EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id AND d.status <> 'closed'));
GRANT SELECT, INSERT ON cases_entry TO lodesk_app;

-- Working translations: beside the original, by who may contribute, at the present moment.
CREATE OR REPLACE FUNCTION cases_translation_begins() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF lodesk_me() IS NOT NULL THEN
    NEW.at := clock_timestamp();
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER translation_begins BEFORE INSERT ON cases_translation
  FOR EACH ROW EXECUTE FUNCTION cases_translation_begins();
ALTER TABLE cases_translation ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS translation_read ON cases_translation;
CREATE POLICY translation_read ON cases_translation FOR SELECT USING (EXISTS (
  SELECT FROM cases_entry e JOIN cases_dossier d ON d.id = e.dossier_id WHERE e.id = entry_id));
DROP POLICY IF EXISTS translation_add ON cases_translation;
CREATE POLICY translation_add ON cases_translation FOR INSERT WITH CHECK (
  author_id = lodesk_me() AND EXISTS (
    SELECT FROM cases_entry e JOIN cases_dossier d ON d.id = e.dossier_id
    WHERE e.id = entry_id AND e.kind <> 'event' AND d.status <> 'closed'
      AND lodesk_holds(d.id, 'contribute')));
GRANT SELECT, INSERT ON cases_translation TO lodesk_app;

-- Drafts: one's own, of dossiers one may see and write in; emptied when the entry is recorded.
ALTER TABLE cases_draft ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS draft_read ON cases_draft;
CREATE POLICY draft_read ON cases_draft FOR SELECT USING (
  person_id = lodesk_me() AND EXISTS (SELECT FROM cases_dossier d WHERE d.id = dossier_id));
DROP POLICY IF EXISTS draft_begin ON cases_draft;
CREATE POLICY draft_begin ON cases_draft FOR INSERT WITH CHECK (
  person_id = lodesk_me() AND lodesk_holds(dossier_id, 'contribute'));
DROP POLICY IF EXISTS draft_go_on ON cases_draft;
CREATE POLICY draft_go_on ON cases_draft FOR UPDATE USING (
  person_id = lodesk_me() AND lodesk_holds(dossier_id, 'contribute'));
GRANT SELECT, INSERT, UPDATE ("values", at) ON cases_draft TO lodesk_app;
