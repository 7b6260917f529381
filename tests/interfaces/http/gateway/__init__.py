"""Tests of the door for clients of OpenAI."""
