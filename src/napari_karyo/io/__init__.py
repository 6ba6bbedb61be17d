"""Reading cells from files and folders, and files that are written whole."""
