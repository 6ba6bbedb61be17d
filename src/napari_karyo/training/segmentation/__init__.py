"""How the network that reads spreads is trained and measured."""
