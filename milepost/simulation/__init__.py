"""Simulated lives of projects: what their people do one after another, on a virtual clock (`milepost.simulate`)."""
