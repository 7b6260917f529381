"""What happens between a scheduled step and a completed one."""
