"""What napari's manifest names: commands, readers, samples, the way in."""
