"""What every page says when it is not whole or does not run."""
