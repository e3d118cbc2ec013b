"""Envision: the need, the vision, the scope, the team, the risks (MOF 4.0, Envision SMF)."""
