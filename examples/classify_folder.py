"""Classify the crops of a cell, and tell what is doubtful.

    python examples/classify_folder.py [FOLDER]

FOLDER holds an image a chromosome. Without it a simulated cell is classified.
"""

import sys

import napari_karyo as nk

simulated = nk.simulate_cell("47,XY,+21", seed=1)
cell = nk.read_cell(sys.argv[1]) if len(sys.argv) > 1 else simulated
result = nk.classify(cell)
classified = nk.ClassifiedCell.from_classification(result)
karyotype = classified.karyotype

for problem in cell.problems:
    print("left out:", problem)
print("karyotype:", karyotype.iscn or karyotype.iscn_words)
print("number of each class:", karyotype.counts)

lights = classified.lights()
for index in classified.doubtful():
    name = cell[index].name
    print(f"{name}: in {karyotype.slot_of(index)}, {lights[index]}, {result.confidence[index]:.0%}")
