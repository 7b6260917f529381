"""What Z2 starts by itself: at a moment, again and again, or because of a message."""
