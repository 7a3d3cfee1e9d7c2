"""Tests of how the parts are switched on: embedded services, supervisor, commands, realtime."""
