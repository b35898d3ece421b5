"""Typesetting: text on paper that archives take. Knows no dossier and no database."""
