"""Changes of a policy's stream: adoption of versions, standard changes and freezes."""
