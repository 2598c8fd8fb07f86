"""The model: frozen values of the trade, and the rules of each."""
