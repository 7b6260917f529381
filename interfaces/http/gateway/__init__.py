"""The door for clients of OpenAI's API: its addresses, bodies, streams and errors, with Z2 behind them."""
