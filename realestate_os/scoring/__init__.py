"""Scoring: posterior value, ARV, repairs, MAO, returns, p_deal, bird_dog_score, lead_rank."""

# Raised with every change of a formula: a stored score names the formulas that made it.
CODE_VERSION = "5"
