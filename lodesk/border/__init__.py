"""The border room: who is asking, and what PostgreSQL is told about it."""
