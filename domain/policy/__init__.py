"""Policy as data: how strict each control is, who signs and decides, and what holds when."""
