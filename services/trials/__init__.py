"""The trial (试运行): a draft is played by invented people on a calendar of its own, touching nothing real."""
