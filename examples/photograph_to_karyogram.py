"""Find the chromosomes in the photograph of a metaphase spread, and draw their karyogram.

    python examples/photograph_to_karyogram.py [PHOTOGRAPH]

Without PHOTOGRAPH it takes the real one that is shipped. Writes spread.png, the photograph with
its chromosomes numbered above the karyogram, into the folder it is started in.
"""

import sys

import napari_karyo as nk
from napari_karyo.segmentation.samples import sample_path

photograph = sys.argv[1] if len(sys.argv) > 1 else sample_path("normal")
found = nk.segment(nk.read_spread(photograph))
print(f"{found.count} chromosomes")
for problem in found.problems:
    print(problem)

result = nk.classify(found.to_cell())
if result.unknown:
    print(result.unknown)  # the model has not learned this stain: look at each chromosome
classified = nk.ClassifiedCell.from_classification(result)
nk.export(classified, "spread.png", nk.ExportOptions(dpi=150, spread=True))
