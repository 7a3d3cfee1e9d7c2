"""What joins the verticals: a ride to a stay, delivery by a driver, packages."""
