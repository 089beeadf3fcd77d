"""Pages of the patient's record, by noun."""
