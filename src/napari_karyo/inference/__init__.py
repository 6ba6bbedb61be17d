"""From inputs to classes: device, prediction, assignment, confidence, saliency."""
