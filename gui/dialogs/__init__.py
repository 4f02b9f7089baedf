"""Dialogs: only for decisions."""
