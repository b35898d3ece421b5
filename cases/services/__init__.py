"""Everything that changes a dossier: lock, require, change, log, announce, and grants last."""
