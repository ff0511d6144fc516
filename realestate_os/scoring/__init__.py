"""From value and ask to the deal: ARV, MAO, p_deal, score, lead rank."""
