"""One file per command; each parses, calls one library function and presents what came of it."""
