"""Mutants that change nothing anybody could observe, each with the reason."""

EQUIVALENT: dict[str, str] = {}
