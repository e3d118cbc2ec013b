"""Simulated lives of projects: what their people do in turn, on a virtual clock (`milepost.demo.simulate`)."""
