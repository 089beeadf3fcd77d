"""Pages that a patient sees over a link."""
