"""Pages: what people read in a browser, rendered on the server, whole without JavaScript."""
