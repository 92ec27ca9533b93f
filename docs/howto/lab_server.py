"""A model behind an address: POST {"smiles": [...]}, answered with {"values": [...]}. The model here is a toy."""

import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

from rdkit import Chem
from rdkit.Chem import Crippen


class Model(BaseHTTPRequestHandler):
    def do_POST(self):
        if self.headers["Authorization"] != os.environ["LAB_KEY"]:
            self.send_error(401)
            return
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        values = [6.5 - abs(Crippen.MolLogP(Chem.MolFromSmiles(text)) - 2.5) for text in asked["smiles"]]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"values": values}).encode())

    def log_message(self, *line):
        pass


HTTPServer(("127.0.0.1", 8765), Model).serve_forever()
