"""The engine: a Problem says what is to be computed, a method how, a Plan is the choice."""
