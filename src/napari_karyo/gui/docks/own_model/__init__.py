"""The dock in which a laboratory makes its own model."""
