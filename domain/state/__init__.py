"""What is known of a project, a part per subject. Changed in place inside a fold, only read outside."""
