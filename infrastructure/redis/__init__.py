"""What Z2 keeps in Redis: the job queue, leases, and text that is being said. Nothing there is the record."""
