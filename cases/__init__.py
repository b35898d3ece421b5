"""Dossiers and all that happens to them."""
