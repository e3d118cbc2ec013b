"""Tracing: what a request and its command took, and the collector that all spans are told to."""
