"""The docks: review, gallery, export."""
