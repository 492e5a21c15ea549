"""Analyses: functions from a trace (and options) to a result. One file each; see `lmviz.results` for what comes out."""
