"""Correct a karyogram, keep every edit in a case file, and export it.

    python examples/correct_and_export.py [FOLDER]

Writes case.karyo, karyogram.png, karyogram.pdf and table.csv into the folder it is started in.
"""

import sys

import napari_karyo as nk

cell = nk.read_cell(sys.argv[1]) if len(sys.argv) > 1 else nk.simulate_cell("46,XX", seed=2)
classified = nk.ClassifiedCell.from_classification(nk.classify(cell), who="AB")
karyotype = classified.karyotype

with nk.Case.create("case.karyo", "P1") as case:
    number = case.add(classified)  # from now on each edit is on disk before it is done
    first = karyotype.state.slots["7"][0]
    karyotype.move([first], "12")
    karyotype.undo()  # it was a 7
    karyotype.rotate([first], 10)  # degrees
    karyotype.review(karyotype.present)
    karyotype.sign("reviewed")
    for event in case.events(number):
        print(event.direction, event.edit.text)

nk.export(classified, "karyogram.png", nk.ExportOptions(title="P1", dpi=150))
nk.export(classified, "karyogram.pdf", nk.ExportOptions(title="P1"))
nk.export(classified, "table.csv")
