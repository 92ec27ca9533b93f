"""`pharmakon mcp`: a process that an assistant talks to; its refusals are the workbench's."""

from __future__ import annotations

import asyncio
import sys

import pytest

mcp = pytest.importorskip("mcp")


def test_without_a_workbench_a_tool_says_how_to_start_one():
    from mcp import Client, StdioServerParameters
    from mcp.client.stdio import stdio_client

    command = ["-m", "pharmakon", "mcp", "--server", "http://127.0.0.1:9"]

    async def run():
        async with Client(stdio_client(StdioServerParameters(command=sys.executable, args=command))) as assistant:
            found = await assistant.list_tools()
            return len(found.tools), await assistant.call_tool("who_am_i", {})

    tools, answer = asyncio.run(run())
    assert tools > 10 and answer.is_error and "pharmakon serve" in answer.content[0].text
