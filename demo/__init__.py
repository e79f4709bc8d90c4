"""A town to click through: schematic Lüneburg or any OpenStreetMap extract, with invented people, wishes and orders."""
