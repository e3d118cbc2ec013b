"""The demonstration: a simulated portfolio, in one process or in its parts."""
