"""Reading cells and writing karyograms."""
