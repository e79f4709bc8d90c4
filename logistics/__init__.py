"""Hubs in vacant shops, bookings, the tours of a day, and the couriers who ride them."""
