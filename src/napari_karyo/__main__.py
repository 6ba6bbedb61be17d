"""``python -m napari_karyo``: the same as the command ``napari-karyo``."""

import sys

from napari_karyo.shell.app import main

if __name__ == "__main__":
    sys.exit(main())
