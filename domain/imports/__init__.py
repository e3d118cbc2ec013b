"""Imported histories: what a source reports of a project, recorded at its own time and never refused."""
