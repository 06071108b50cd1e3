"""The command line: in come words, out go one library call and its presentation."""

from kanpo.cli._main import main

__all__ = ["main"]
