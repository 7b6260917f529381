"""A real OpenID provider, the certified `oidc-provider` in a process of its own, and a browser for it."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2

from deploy import page

FOLDER = Path(__file__).parent / "openid"
ROOT = Path(__file__).parents[2]

CLIENT_ID = "z2"
CLIENT_SECRET = "a secret of 100 % & with: signs+"
REDIRECT_HOST = "http://127.0.0.1:9"

FORM = re.compile(r'<form[^>]* action="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


class OpenIdProvider:
    """The provider; its keys, people and abilities can be changed while it runs."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.issuer = self._line()

    def rotate(self, algorithm: str = "RS256") -> str:
        """Sign with a new key from now on; its id."""
        return str(self._tell("rotate", algorithm)["kid"])

    def knows(self, login: str, claims: Mapping[str, object]) -> None:
        self._tell("people", {login: claims})

    def is_able(self, **options: object) -> None:
        """`conformIdTokenClaims=False` puts all claims into the ID token; `codeSeconds` is how long a code lives."""
        self._tell("options", options)

    def _tell(self, name: str, value: object) -> dict[str, object]:
        assert self._process.stdin
        self._process.stdin.write(json.dumps({name: value}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, object] = json.loads(self._line())
        return answer

    def _line(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline().strip()
        assert line, "the OpenID provider does not run; `make test` brings what it needs"
        return line


@contextmanager
def openid_provider(redirect_uris: list[str]) -> Iterator[OpenIdProvider]:
    """The provider, for as long as the block, with one client that may come back to these addresses."""
    client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uris": redirect_uris}
    (node, *_), _ = page.command(ROOT)
    argv = [node, str(FOLDER / "provider.mjs"), json.dumps({"clients": [client]})]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield OpenIdProvider(process)
        finally:
            process.terminate()


class Browser:
    """A person's browser: it keeps cookies, follows redirects of the provider, and fills its forms in."""

    def __init__(self, client: httpx2.AsyncClient, login: str) -> None:
        self._client = client
        self._login = login

    async def sign_on(self, url: str) -> str:
        """Sign in at the provider and agree; the address that it sends the browser back to."""
        provider = urlsplit(url).netloc
        answer = await self._client.get(url)
        while True:
            if answer.is_redirect:
                url = urljoin(str(answer.url), answer.headers["location"])
                if urlsplit(url).netloc != provider:
                    return url
                answer = await self._client.get(url)
            else:
                answer.raise_for_status()
                address, fields = _form(answer)
                answer = await self._client.post(address, data=fields | self._typed(fields))

    def _typed(self, fields: dict[str, str]) -> dict[str, str]:
        return {"login": self._login, "password": "any"} if fields["prompt"] == "login" else {}


def _form(answer: httpx2.Response) -> tuple[str, dict[str, str]]:
    action = FORM.search(answer.text)
    assert action, answer.text
    return urljoin(str(answer.url), action[1]), dict(HIDDEN.findall(answer.text))


def fields_of(url: str) -> dict[str, str]:
    """The fields of an address' query."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
