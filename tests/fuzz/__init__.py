"""Inputs broken or heavy on purpose, for every reader and every path that a command takes."""
