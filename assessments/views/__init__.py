"""Pages of questionnaires and risk items."""
