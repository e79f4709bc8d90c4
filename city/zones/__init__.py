"""Access zones and closures (Zugangszonen, Sperrungen): the city's own rules over the signs on its streets."""
