"""The table of `napari_karyo.band_profiles`, made from labelled cells.

`measure` measures a cell, `average` averages a class, `derive` writes the table.
"""
