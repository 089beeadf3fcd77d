"""The REMS monitoring data set of an esketamine session: its form as data, filled from that session only."""
