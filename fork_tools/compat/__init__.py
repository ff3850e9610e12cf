"""Is this still compatible? Checks give findings with proof; waivers and the verdict turn them into one word."""
