"""The whole history of the Kubernetes enhancement proposals: imported, and held against what is known of it."""
