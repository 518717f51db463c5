"""The line face: the same desk as labelled lines."""
