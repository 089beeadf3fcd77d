"""Charts as geometry: pure functions from measured values to formatted coordinates that a template draws as SVG."""
