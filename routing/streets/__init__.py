"""Streets: from an OpenStreetMap extract to tables, lines and sentences. Pure: no server, no clock."""
