"""Classify the cells of a patient and write the one-page report.

    python examples/patient_report.py [FOLDER]

FOLDER holds a folder of crops for each cell. Without it, two cells are simulated. Writes
report.pdf and cells.csv into the folder it is started in.
"""

import sys

import napari_karyo as nk

if len(sys.argv) > 1:
    cells = nk.read_patient(sys.argv[1]).cells
else:
    cells = [nk.simulate_cell("47,XX,+21", seed=seed) for seed in (1, 2)]

classified = [nk.ClassifiedCell.from_classification(nk.classify(cell)) for cell in cells]
for one in classified:
    print(one.name, one.karyotype.iscn or one.karyotype.iscn_words)

options = nk.ExportOptions(laboratory="Our laboratory", report=True)
nk.export(classified, "report.pdf", options)
nk.export(classified, "cells.csv")
