"""A laboratory's own model, made of the cells that its people corrected and signed."""
