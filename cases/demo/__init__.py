"""A story to try LO Desk with. Everybody and everything in it is invented; never in production."""
