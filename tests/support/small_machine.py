"""Z2's supervisor over a real Postgres and a real Valkey, with small programs in the place of its own.

Run as `python -m tests.support.small_machine DATA_DIR PORT`, because what kills a supervisor must not kill the tests.
"""

import asyncio
import dataclasses
import sys
from pathlib import Path

from infrastructure.embedded import places
from interfaces.processes import data_lock, machine, member, network, serve
from interfaces.processes.output import Output

ANSWERS_READY = """
import http.server, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *ignored): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""
IDLES = "import signal; signal.pause()"


@dataclasses.dataclass(frozen=True)
class SmallMachine(machine.Machine):
    def tiers(self) -> list[list[member.Member]]:
        servers, (api, worker, projector) = super().tiers()
        idle = [sys.executable, "-S", "-c", IDLES]
        ready = [sys.executable, "-S", "-c", ANSWERS_READY, str(self.port)]
        return [
            servers,
            [
                dataclasses.replace(api, argv=lambda: ready),
                dataclasses.replace(worker, argv=lambda: idle),
                dataclasses.replace(projector, argv=lambda: idle),
            ],
        ]


def main(data_dir: Path, port: int) -> int:
    folder = places.data_folder(data_dir)
    with data_lock.hold(folder) as lock:
        whole = machine.assemble(folder, host="127.0.0.1", port=network.free_port("127.0.0.1", port))
        small = SmallMachine(**{field.name: getattr(whole, field.name) for field in dataclasses.fields(whole)})
        lock.tell(small.running())
        try:
            return asyncio.run(serve.serve(small, Output(sys.stdout)))
        finally:
            small.clear()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
