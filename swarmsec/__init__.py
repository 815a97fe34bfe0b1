"""swarmsec."""
