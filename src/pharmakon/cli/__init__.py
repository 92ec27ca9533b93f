"""The command line: parse, call one workflow, render. No science here."""
