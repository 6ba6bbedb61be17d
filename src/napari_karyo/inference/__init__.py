"""From a prepared cell to classes: the network, its confidence and the whole-cell assignment."""
