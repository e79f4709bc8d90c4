"""The logistics room: bookings, plans, couriers."""
