"""kanpo: choose abandoned farmland for kampo crude-drug herbs, and record the trials that prove the choice."""

__version__ = "0.1.0"
