"""Simulated metaphase cells and spreads, which may be shown and shipped where real ones may not.

`karyotypes` reads what to draw, `draw` draws a chromosome, `sample` a cell. `spread` simulates
the photograph of a spread: `turning` draws its chromosomes, `scatter` says where they lie,
`debris` what lies between them, `camera` how it is photographed.
"""
