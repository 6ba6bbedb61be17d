"""Simulated metaphase cells, which may be shown and shipped where real ones may not.

`karyotypes` reads what to draw, `draw` draws a chromosome, `sample` a cell.
"""
