"""Studies: many runs of several scenarios, kept as they finish, and the tables that follow from them."""
