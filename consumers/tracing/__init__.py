"""Tracing: the trace that a command has, and the spans of its way."""
