"""Sessions, their timeline, readings and doses, and the dosing records, over the API."""
