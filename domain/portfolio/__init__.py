"""Entry to the Deliver Phase: asked for, classified, approved by the portfolio or in advance; held, resumed, cancelled."""
