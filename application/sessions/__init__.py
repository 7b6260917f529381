"""Conversations of people with agents and teams."""
