"""Stabilize: tests, defects, candidates, pilot, readiness of operations (MOF 4.0, Stabilize SMF)."""
