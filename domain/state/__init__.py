"""The state of a project, one module per subject. It is changed in place only inside a fold."""
