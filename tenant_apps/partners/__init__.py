"""Supply-side parties: application, verification, approval, teams."""
