"""Build: code, documents and infrastructure, to the specification (MOF 4.0, Build SMF)."""
