"""Tours for couriers: a day stated as a problem, solved, checked and explained. Pure."""
