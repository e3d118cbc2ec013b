"""The rows of read models: where they are kept, how far they reflect the log, and what answers from them."""
