"""A laboratory's own model: what people corrected, learned from, proved and adopted."""
