"""Projecting: what is heard becomes rows, followed live and built anew."""
