"""What Z2 does, over ports: it knows the rules and no technology."""
