"""Years and climate."""
