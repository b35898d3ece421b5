"""PostgreSQL, Valkey and a mail catcher for `make run` and `make test` on one machine.

Nothing here is imported by the site: in production the three servers are real ones, named by
DATABASE_URL, REDIS_URL and EMAIL_URL (docs/operations.md).
"""
