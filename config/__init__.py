"""How the parts are switched on."""
