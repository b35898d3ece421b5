"""Pages about oneself: sign-in, profile, language."""
