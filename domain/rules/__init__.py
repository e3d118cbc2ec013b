"""The rules: adopting policies, registering standard changes, declaring freezes."""
