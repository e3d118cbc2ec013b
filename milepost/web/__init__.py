"""The web service: HTTP API and pages behind one guard."""
