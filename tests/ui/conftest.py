"""How long the desk's tests wait for it to come to rest."""

from textual import _wait

# Textual's pilot looks fifty times a second whether all is calm, and again after each key: half of these tests' time.
# What counts as calm, a millisecond of work in the time between two looks, stays.
_wait.SLEEP_GRANULARITY = 1 / 160
