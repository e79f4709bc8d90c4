"""The constraints of a day of tours, one function and one sentence each, written from their definition."""
