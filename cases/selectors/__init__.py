"""What pages and services ask: rows a person may see, in the shape a page needs."""
