"""Language models as the application sees them: a port, cards and prices."""
