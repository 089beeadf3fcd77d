"""The inspection pack: the register of a period as an inspector reads it, as CSV and as PDF with page hashes."""
