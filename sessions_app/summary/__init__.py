"""The summary of one session: drawn once from the log of its events, shown on screen and printed as PDF."""
