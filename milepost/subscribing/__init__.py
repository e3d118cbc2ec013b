"""Subscribing: what others are told of what happens, and how they say what they want to hear."""
