"""What the whole city shares: accounts, settings, clock, database, words, forms, jobs, mail and maps."""
