"""The round trip: what annotators made of the boxes that were handed over."""
