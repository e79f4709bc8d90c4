"""What the figures in docs/benchmarks are measured with."""
