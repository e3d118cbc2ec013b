"""Entry to the Deliver Phase: asked for, classified, approved by portfolio or in advance; held, resumed, cancelled."""
