"""The search kernel: ruin and recreate under annealing, compiled by numba, free of the interpreter lock. Pure."""
