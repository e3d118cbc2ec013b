"""The HTTP API, version 1: commands in, answers out."""
