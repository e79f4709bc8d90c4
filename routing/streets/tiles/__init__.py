"""The background map (Hintergrundkarte): vector tiles of a town from its own extract, in one file."""
