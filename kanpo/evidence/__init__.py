"""What the trials say: from plots, observations and harvests to tables of treatments."""

from kanpo.evidence._summary import summarise_trial

__all__ = ["summarise_trial"]
