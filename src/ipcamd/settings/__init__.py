"""Settings service: the parameters' present values, and the one way to change them."""
