"""People, countries, desks, postings, certificates and sign-in."""
