"""What the public JSON contains: a model for each answer, with explicit fields."""
