"""A large made-up clinic, reference endpoints of the same shape, and a load generator to compare them with."""
