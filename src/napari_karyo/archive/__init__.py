"""Many patients classified one by one, here or on many machines, into one table."""
