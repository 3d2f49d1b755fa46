"""The City of Alder Springs: a fictional city, alive, with dates relative to today."""
