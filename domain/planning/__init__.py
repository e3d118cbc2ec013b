"""Project Planning: what, how, by whom, when, at what cost; and the request for change (MOF 4.0)."""
