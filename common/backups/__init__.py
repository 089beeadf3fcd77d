"""Backups: one encrypted file for everything the clinic keeps, and the way back from it (R101, F20)."""
