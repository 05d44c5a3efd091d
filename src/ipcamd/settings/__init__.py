"""Settings service: the parameters' present values, and the only way to change them."""
