"""Bytes in and out: tables of molecules, model folders, run folders."""
