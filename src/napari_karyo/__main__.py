"""``python -m napari_karyo``: the same as the command ``napari-karyo``."""

import sys

from napari_karyo.cli import main

if __name__ == "__main__":
    sys.exit(main())
