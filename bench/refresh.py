"""A thousand races of two requests on one refresh token over two API processes: never more than one winner."""

import argparse
import asyncio
from collections import Counter
from uuid import uuid4

from application.execute import Executor
from bench import api, report
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import now
from tests.support.people import People
from tests.support.races import Race, races

RACES = 1_000


async def run(many: int, database_url: str, urls: list[str]) -> list[Race]:
    database = Database(database_url)
    await database.open()
    try:
        people, home = People(Executor(PostgresEventStore(database), now), now), uuid4()
        return await races(many, urls, people, await people.member(home), home)
    finally:
        await database.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--races", type=int, default=RACES)
    asked = parser.parse_args()
    with api.running(api.PRODUCT, api.PRODUCT) as (database_url, processes):
        urls = [f"http://127.0.0.1:{process.port}" for process in processes]
        found = asyncio.run(run(asked.races, database_url, urls))
    won = Counter(race.winners for race in found)
    figures = {"races": len(found), "no_winner": won[0], "one_winner": won[1], "more": len(found) - won[0] - won[1]}
    seconds = [race.seconds for race in found]
    report.show("refresh", {"family refused everywhere after": seconds}, "s", {**figures, "slowest_s": max(seconds)})
    if figures["more"] or max(seconds) > 1:
        raise SystemExit("a refresh token was taken twice, or its family lived on for more than a second")


if __name__ == "__main__":
    main()
