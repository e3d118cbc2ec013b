"""Tracing: which trace a command has, and what took how long on its way."""
