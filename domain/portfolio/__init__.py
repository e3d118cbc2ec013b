"""Entry to the Deliver Phase: proposal, classification, portfolio attributes, preapproval, holds and cancellation."""
