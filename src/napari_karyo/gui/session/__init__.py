"""The session of one window: which cells are open, their case files, what is selected."""
