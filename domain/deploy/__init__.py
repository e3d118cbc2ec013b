"""Deploy: into production, stable there, handed over, accepted, reviewed (MOF 4.0, Deploy SMF)."""
