"""Long runs that prove reliability: kills, power cuts, fuzzing, endurance (`make soak`)."""
