"""What every page needs and no page owns: times in words, the clock rule, forms, static files."""
