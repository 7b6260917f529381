"""The tools that Z2 brings with it."""

from application.orchestration.tools import Tool
from application.ports import Clock
from application.tools.calculate import calculate
from application.tools.check_workflow import check_workflow
from application.tools.date_time import date_time
from application.tools.outside import Hosts
from application.tools.split_document import split_document
from infrastructure.tools.fetch_page import fetch_page
from infrastructure.tools.query_table import query_table
from infrastructure.tools.search_document import search_document

NONE = Hosts()


def shipped(clock: Clock, hosts: Hosts = NONE) -> tuple[Tool, ...]:
    """All but one only read what they are given; pages are read from these hosts."""
    basic = calculate, date_time(clock), split_document, query_table, search_document, fetch_page(hosts)
    return *basic, check_workflow({tool.name: tool.input for tool in basic})
