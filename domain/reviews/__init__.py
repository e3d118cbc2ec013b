"""Reviews: calls, sign-offs and decisions; waivers, corrections and reversals."""
