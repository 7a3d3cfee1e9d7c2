"""Tickets, disputes and the knowledge base."""
