"""Changes of a policy's stream: adopting a version, registering standard changes, declaring freezes."""
