"""From the photograph of a metaphase spread to its chromosomes."""
