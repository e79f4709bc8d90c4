"""The indicators of the centre (Kennzahlen), exactly as docs/INDICATORS.md defines them: pure functions on arrays."""
