"""Envision: vision and scope, stakeholders, success criteria, team and risks (MOF 4.0, Envision SMF)."""
