"""The paper's Table 1 and Figure 5, made again: ``napari-karyo reproduce``."""
