"""Reviews: calling, signing, deciding; waivers, corrections, reversals; what each refuses and records."""
