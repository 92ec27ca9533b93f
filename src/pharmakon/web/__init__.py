"""The workbench: pages and a REST API over the workflows. No science is in it."""
