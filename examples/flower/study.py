"""What Flower runs: `client` at each hospital, `server` at the coordinator."""

from pharmakon.workflows.federate_flower import client_app, server_app

client = client_app()
server = server_app()
