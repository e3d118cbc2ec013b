"""Deploy: deployment, stabilization, transfer to operations, acceptance and review (MOF 4.0, Deploy SMF)."""
