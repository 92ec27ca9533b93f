"""Clean a note: python clean_notes.py NOTE PATIENT [tags|year]."""

import os
import sys
from pathlib import Path

from pharmakon.privacy.free_text import FreeText

note, patient, *how = sys.argv[1:]
cleaner = FreeText(tags="tags" in how, dates="year" if "year" in how else "shift")
text = Path(note).read_text(encoding="utf-8")
print(cleaner.clean(text, patient, os.environb[b"NOTES_KEY"]))
