"""The inbox of a subscriber: each event once, in the order of its stream."""
