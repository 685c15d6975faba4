"""How the rules are run: composed into one compiled loop, over chunks of users, on threads. No rule lives here."""
