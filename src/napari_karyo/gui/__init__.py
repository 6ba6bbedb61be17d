"""The plugin's windows. Only this package imports napari and Qt."""
