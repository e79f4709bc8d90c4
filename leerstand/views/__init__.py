"""The pages of the shops, by who looks at them: the public, the city, owners, applicants."""
