"""A tour of all that is personal or secret: every such field is filled with a canary, in good requests and in bad."""

import ipaddress
import random
import re
from typing import Any

import httpx2

from domain.kernel import Record
from interfaces.http.auth import PLAIN_COOKIE
from tests.support import asked, canary
from tests.support.canary import Canary

FIELDS = (
    *("admin name", "admin password", "new password", "name", "email", "password", "next password", "wrong password"),
    *("device", "client", "invited email", "joined name", "joined password", "own name", "own email", "unknown name"),
    *("provider key", "next provider key", "environment key", "mail password", "refused secret", "broken body"),
)

SECRETS_OF_ANSWERS = {
    "token": r'"token":"[^"]{40,}\.([\w-]{60,})"',
    "refresh token": r'"refresh_token":"z2r_\w{22}_(\w{43})_',
    "link": r"#z2l_\w{22}_(\w{43})_",
    "invitation": r"#z2i_\w{22}_(\w{43})_",
    "api key": r'"key":"z2_\w{22}_(\w{43})_',
    "device code": r'"device_code":"z2d_\w{22}_(\w{43})_',
    "webhook secret": r'"secret":"whsec_([^"]{30,})',
    "session": rf"{PLAIN_COOKIE}=z2s_\w{{22}}_(\w{{43}})_",
    "device cookie": r"z2_device=([^;\s]{40,})",
    "confirmation": r'"confirmation":"([^"]{12,})"',
}
"""What Z2 makes itself and shows once."""


class Said(Record):
    """An answer, and what was asked; the address does not count, for it is the asker's own."""

    asked: str
    status: int
    text: str


class Tour:
    """`birds` are the canaries by field; those of what Z2 makes come as it shows them."""

    def __init__(self) -> None:
        self.birds: dict[str, list[Canary]] = {field: [canary.fresh(field)] for field in FIELDS}
        number = random.SystemRandom().getrandbits(96)
        self.address = str(ipaddress.IPv6Address((0x20010DB8 << 96) | number))
        self.birds["address"] = [Canary("address", self.address)]
        self.said: list[Said] = []
        self.control = canary.fresh("control")

    @property
    def all(self) -> list[Canary]:
        return [bird for birds in self.birds.values() for bird in birds]

    def bird(self, field: str) -> Canary:
        return self.birds[field][0]

    def heard(self, answer: httpx2.Response) -> None:
        """Keep the answer, and every secret that it shows for the first time."""
        if answer.headers.get("content-type", "").startswith("text/event-stream"):
            return
        text = answer.read().decode()
        cookies = "\n".join(answer.headers.get_list("set-cookie"))
        self.said.append(Said(f"{answer.request.method} {answer.request.url.path}", answer.status_code, text + cookies))
        for field, form in SECRETS_OF_ANSWERS.items():
            for secret in re.findall(form, f"{text}\n{cookies}"):
                self.birds.setdefault(field, []).append(Canary(field, secret))

    @property
    def settings(self) -> dict[str, str]:
        """Secrets that the operator gives: the first admin's, a provider's, the mail server's (which is not there)."""
        return {
            "Z2_ADMIN_NAME": self.bird("admin name").core,
            "Z2_ADMIN_PASSWORD": self.bird("admin password").secret,
            "OPENAI_API_KEY": self.bird("environment key").core,
            "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
            "Z2_SMTP_URL": f"smtp://somebody:{self.bird('mail password').core}@127.0.0.1:9",
            "Z2_MAIL_FROM": "Z2 <z2@example.invalid>",
            "Z2_TRUSTED_PROXIES": "127.0.0.1",
            "Z2_PROVIDER_ALLOW_PRIVATE": "true",
            "Z2_LOG_LEVEL": "debug",
        }


class Guide:
    """Leads the tour through a running Z2. `admin` is signed in as the first admin."""

    def __init__(self, tour: Tour, url: str) -> None:
        self._tour = tour
        agent = tour.bird("device").name.encode()
        headers = [(b"user-agent", agent), (b"x-forwarded-for", tour.address.encode())]
        self._client = httpx2.Client(
            base_url=url, headers=headers, timeout=60, verify=False, event_hooks={"response": [tour.heard]}
        )

    def close(self) -> None:
        self._client.close()

    def ask(self, method: str, path: str, body: Any = None, *, token: str | None = None, **headers: str) -> Any:
        """The JSON of the answer, whatever it is."""
        self._client.cookies.clear()
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        answer = self._client.request(method, path, json=body, headers={**bearer, **headers})
        return answer.json() if answer.content and "json" in answer.headers["content-type"] else {}

    def whole(self) -> None:
        """Everything, once."""
        admin = self._admin()
        self._member(admin)
        self._invited(admin)
        self._devices(admin)
        self._keys(admin)
        self._providers(admin)
        self._mistakes(admin)
        for noun in ("events", "audit", "members", "logins", "keys", "secrets", "profile", "session", "workspaces"):
            self.ask("GET", f"/api/{noun}", token=admin, Accept="application/json")

    def _admin(self) -> str:
        """The first admin signs in, takes another name, address and password, and signs in anew."""
        bird = self._tour.bird
        first, then = bird("admin password").secret, bird("new password").secret
        token = self.ask("POST", "/api/session", {"name": bird("admin name").core, "password": first})["token"]
        self.ask("PATCH", "/api/profile", {"name": bird("own name").name}, token=token)
        self.ask("POST", "/api/profile/email", {"email": bird("own email").email, "password": first}, token=token)
        wrong = {"password": bird("wrong password").secret, "new_password": then}
        self.ask("POST", "/api/profile/password", wrong, token=token)
        self.ask("POST", "/api/profile/password", {"password": first, "new_password": then}, token=token)
        session = self.ask("POST", "/api/session", {"name": bird("own name").name, "password": then})
        self.ask("POST", "/api/session/refresh", {"refresh_token": session["refresh_token"]})
        self.ask("POST", "/api/session/refresh", {"refresh_token": session["refresh_token"]})
        session = self.ask("POST", "/api/session", {"name": bird("own name").name, "password": then})
        return str(session["token"])

    def _member(self, admin: str) -> None:
        """Somebody gets an account, uses the link, signs in, forgets the password, and is made one by an admin."""
        bird = self._tour.bird
        name, email = bird("name").name, bird("email").email
        made = self.ask("POST", "/api/members", {"name": name, "email": email, "role": "user"}, token=admin)
        link = {"link": made["link"].partition("#")[2]}
        self.ask("POST", "/api/links", link)
        self.ask("POST", "/api/links/password", {**link, "password": bird("password").secret})
        self.ask("POST", "/api/links/password", {**link, "password": bird("next password").secret})
        self.ask("POST", "/api/links/email", link)
        for password in (bird("password").secret, bird("wrong password").secret):
            self.ask("POST", "/api/session", {"name": name, "password": password})
        self.ask("POST", "/api/session", {"name": bird("unknown name").name, "password": bird("password").secret})
        for wish in (name, email, bird("unknown name").name):
            self.ask("POST", "/api/password-resets", {"name": wish})
        self.ask("GET", "/api/password-resets", token=admin)
        again = self.ask("POST", "/api/password-links", {"user_id": made["user_id"]}, token=admin)
        link = {"link": again["link"].partition("#")[2]}
        self.ask("POST", "/api/links/password", {**link, "password": bird("next password").secret})
        self.ask("POST", "/api/members", {"name": name, "role": "user"}, token=admin)

    def _invited(self, admin: str) -> None:
        bird = self._tour.bird
        body = {"role": "user", "email": bird("invited email").email}
        made = self.ask("POST", "/api/invitations", body, token=admin)
        invitation = {"invitation": made["link"].partition("#")[2]}
        self.ask("GET", "/api/invitations", token=admin)
        self.ask("POST", "/api/invitations/read", invitation)
        joining = {**invitation, "name": bird("joined name").name, "password": bird("joined password").secret}
        for _ in range(2):
            self.ask("POST", "/api/invitations/accept-as-new", {**joining, "kind": "browser"})

    def _devices(self, admin: str) -> None:
        """A client shows a code, and a browser lets it in."""
        bird = self._tour.bird
        signing = {"name": bird("own name").name, "password": bird("new password").secret, "kind": "browser"}
        self.ask("POST", "/api/session", signing)
        session = self._client.cookies.get(PLAIN_COOKIE) or ""
        page = {"Cookie": f"{PLAIN_COOKIE}={session}", "Sec-Fetch-Site": "same-origin"}
        codes = self.ask("POST", "/api/device", {"client": bird("client").name})
        waiting = self.ask("GET", f"/api/device/{codes['user_code']}", **page)
        decision = {"approve": True, "confirmation": waiting["confirmation"]}
        self.ask("POST", f"/api/device/{codes['user_code']}", decision, **page)
        for _ in range(2):
            self.ask("POST", "/api/device/token", {"device_code": codes["device_code"]})

    def _keys(self, admin: str) -> None:
        """API keys, narrow tokens and webhook secrets, used from the address, and used up."""
        issued = self.ask("POST", "/api/keys", {"label": "CI", "scopes": ["read"]}, token=admin)
        for token in (issued["key"], f"{issued['key'][:-1]}x"):
            self.ask("GET", "/api/agents", token=token)
        self.ask("POST", "/api/agents", {}, token=issued["key"])
        self.ask("POST", "/api/tokens", {"scopes": ["read"]}, token=admin)
        self.ask("DELETE", f"/api/keys/{issued['id']}", token=admin)
        self.ask("GET", "/api/agents", token=issued["key"])
        hook = self.ask("POST", "/api/webhooks", {"url": "https://example.invalid/", "tags": ["agent."]}, token=admin)
        self.ask("POST", f"/api/webhooks/{hook['id']}/secret", token=admin)
        echo = asked.a_definition({"id": "echo", "kind": "transform", "expression": "input"})
        workflow = self.ask("POST", "/api/workflows", echo, token=admin)
        body = {"name": asked.name("Trigger"), "workflow_id": workflow["id"], "title": "A push"}
        trigger = self.ask("POST", "/api/triggers", body, token=admin)
        self.ask("POST", f"/api/triggers/{trigger['id']}/secret", token=admin)
        self.ask("POST", trigger["address"], {"secret": trigger["secret"]})

    def _providers(self, admin: str) -> None:
        """Keys of providers that are not there, and a run that fails with each."""
        bird, path = self._tour.bird, "/api/secrets/openai"
        self._run(admin)
        for field, test in (("refused secret", True), ("provider key", False), ("next provider key", False)):
            body = {"value": f"sk-{bird(field).core}", "base_url": "http://127.0.0.1:9/v1", "test": test}
            self.ask("PUT", path, body, token=admin)
        self.ask("POST", f"{path}/test", token=admin)
        self._run(admin)

    def _run(self, admin: str) -> None:
        agent = asked.an_agent(model="openai/gpt-6.2-sol", name=f"{self._tour.control.core} {asked.name('x')}")
        agent_id = self.ask("POST", "/api/agents", agent, token=admin)["id"]
        node = asked.a_node(agent_id, retry={"attempts": 1})
        workflow = self.ask("POST", "/api/workflows", asked.a_definition(node), token=admin)
        run = self.ask("POST", "/api/runs", asked.a_run(template=None, workflow_id=workflow["id"]), token=admin)
        address = f"/api/runs/{run['id']}"

        def ended() -> object:
            status = self.ask("GET", f"{address}?after={run['position']}", token=admin)["status"]
            return status not in ("pending", "running")

        assert asked.seen(ended, True, 120)

    def _mistakes(self, admin: str) -> None:
        """Bodies of every kind that are refused, with canaries in them."""
        bird = self._tour.bird("broken body")
        known = {
            "name": bird.name,
            "password": bird.secret,
            "email": bird.email,
            "value": bird.secret,
            "link": bird.name,
        }
        paths = ("/api/session", "/api/members", "/api/profile/email", "/api/links", "/api/secrets/openai", "/api/keys")
        for path in paths:
            method = "PUT" if "secrets" in path else "POST"
            for body in (known, {**known, "role": bird.name}, [bird.secret], bird.secret, {"password": [bird.secret]}):
                self.ask(method, path, body, token=admin)
            self._client.request(
                method, path, content=f'{{"password": "{bird.secret}"', headers={"Authorization": f"Bearer {admin}"}
            )
        for bearer in (bird.secret, f"z2_{bird.secret}", f"{admin[:-60]}{bird.core}"):
            self.ask("GET", "/api/agents", token=bearer)
        self.ask("GET", "/api/agents", Cookie=f"{PLAIN_COOKIE}={bird.core}")
        self.ask("POST", "/api/agents", asked.an_agent(), token=admin, **{"Idempotency-Key": bird.core * 20})
