"""Band profiles and lengths of the average chromosome of each class, and their table."""
