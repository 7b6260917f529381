"""Who somebody is: sign-ins, keys and tokens, and what they are good for."""
