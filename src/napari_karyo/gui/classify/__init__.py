"""The form that classifies, and the run that it starts."""
