"""Subscribing: what a service of one's own imports to hear every event once, in order."""
