"""How it is: measurements, profiles, SLOs, health, and what follows from them."""
