"""Properties, calendar, rates and bookings."""
