"""The karyogram on napari's canvas: its layers, what lies over them, mouse and keys."""
