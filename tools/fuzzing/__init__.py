"""Files made wrong on purpose, and the limits under which they are read: see `tools/fuzz.py`."""
