"""The service: the log, the commands, the API, the pages and the command line."""
