"""Simulated metaphase cells, which may be shown and shipped where real ones may not.

`derive` averages the training cells into a small table, `profiles` reads the table,
`karyotypes` reads what to draw, `sample` draws it.
"""
