"""Pure planning library: streets, tours, and the sentences they answer with. Knows no web, no database, no clock."""
