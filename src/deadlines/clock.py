"""The only reader of the clock, of the machine's zone and of randomness."""
