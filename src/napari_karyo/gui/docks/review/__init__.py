"""The review dock and its tabs."""
