"""Project Planning: requirements, specification, plans, schedule, cost and request for change (MOF 4.0)."""
