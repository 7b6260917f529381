"""The table of OWASP's ASVS is whole, its tests are there, and its gaps are counted; and what no other test holds."""

import ast
import re
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from application.identity import credentials, password_rules
from domain.kernel import Record
from interfaces.http.app import openapi_document
from interfaces.http.auth import SECURE_COOKIE
from tests.support.own_api import serving
from tests.support.system import ROOT, System

TABLE = ROOT / "docs" / "security" / "asvs.md"
LEVEL_1 = (ROOT / "tests" / "support" / "asvs_level_1.txt").read_text().split()
"""The ids of level 1 in ASVS 5.0.0."""

GAPS = {"4.4.1", "6.2.8", "12.1.1", "12.2.1", "12.2.2", "13.4.1", "15.2.1"}
"""What is missing. Whoever changes this knows why, and says so in the table."""

NOT_OURS = {"1.5.1", "5.2.2", "10.4.1", "10.4.2", "10.4.3", "10.4.4"}
"""What does not arise."""

LAYERS = ("domain", "application", "projections", "infrastructure", "interfaces", "deploy")
RUNNING_TEXT = {"eval", "exec", "__import__", "popen", "getoutput", "create_subprocess_shell"}
WEAK = {"md5", "sha1", "MD5", "SHA1", "ECB", "CBC", "PKCS1v15", "TripleDES", "ARC4", "Blowfish"}
UNSAFE_MODULES = {"pickle", "marshal", "shelve", "xml", "lxml"}
SAFE_YAML = re.compile(
    r"(C?Safe(Loader|Constructor|Dumper)|Resolver|dump|parse|scan|safe_dump|safe_load|reader|\w+(Event|Node|Token|Error))"
)
"""What of PyYAML makes nothing but plain values; the rest makes objects of any class that a text names."""

YAML = ("yaml.load('1')", "yaml.UnsafeLoader", "from yaml import full_load", "from yaml.loader import Loader")


class Line(Record):
    """A line of the table."""

    id: str
    link: str
    status: str
    how: str
    proofs: tuple[str, ...]


def lines() -> list[Line]:
    rows = [row.strip("| ").split(" | ") for row in TABLE.read_text().splitlines() if row.startswith("| [")]
    return [_line(*row) for row in rows]


def _line(number: str, requirement: str, status: str, how: str, proof: str = "") -> Line:
    found = re.fullmatch(r"\[([\d.]+)\]\((https://github.com/OWASP/ASVS/\S+)\)", number)
    assert found is not None, number
    assert requirement
    return Line(found.group(1), found.group(2), status, how.removesuffix(" |"), tuple(re.findall(r"`([^`]+)`", proof)))


def test_every_requirement_of_level_1_has_a_line_and_no_other_has() -> None:
    assert len(LEVEL_1) == len(set(LEVEL_1)) == 70
    assert [line.id for line in lines()] == LEVEL_1
    assert all(f"-V{line.id.partition('.')[0]}-" in line.link for line in lines())


def test_a_line_is_met_by_tests_or_says_what_is_missing() -> None:
    for line in lines():
        assert line.status in ("met", "gap", "n/a"), line.id
        assert len(line.how) > 10, line.id
        assert line.proofs or line.status != "met", line.id


def test_every_test_that_is_named_is_there() -> None:
    named = {proof for line in lines() for proof in line.proofs}
    assert len(named) > 60
    assert [proof for proof in sorted(named) if not is_there(proof)] == []


def is_there(proof: str) -> bool:
    """Whether a file has a test of this name."""
    file, _, name = proof.partition("::")
    path = ROOT / file
    if not path.is_file():
        return False
    told = f'test("{name}"' if path.suffix == ".tsx" else f"def {name}("
    return bool(name) and told in path.read_text()


def test_the_gaps_are_these_and_the_page_counts_them() -> None:
    by_status = Counter(line.status for line in lines())
    assert {line.id for line in lines() if line.status == "gap"} == GAPS
    assert {line.id for line in lines() if line.status == "n/a"} == NOT_OURS
    counted = f"70 requirements: {by_status['met']} met, {len(GAPS)} gaps, {len(NOT_OURS)} that do not arise."
    assert counted in TABLE.read_text()


def sources() -> dict[str, ast.Module]:
    paths = [path for layer in LAYERS for path in sorted((ROOT / layer).rglob("*.py"))]
    assert len(paths) > 200
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text()) for path in paths}


def test_nothing_weak_and_nothing_that_runs_text_is_used() -> None:
    found = [f"{name}: {what}" for name, tree in sources().items() for node in ast.walk(tree) for what in unsafe(node)]
    assert found == []
    for text in ("eval('1')", "import pickle", "run('ls', shell=True)", "hashlib.sha1(b'')", "os.system('ls')", *YAML):
        assert [what for node in ast.walk(ast.parse(text)) for what in unsafe(node)], text


def unsafe(node: ast.AST) -> list[str]:
    """What should not stand in the code: text that runs, modules that run it, and weak hashes and ciphers."""
    match node:
        case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)) if called in RUNNING_TEXT | WEAK:
            return [called]
        case ast.Attribute(attr=named) if named in WEAK:
            return [named]
        case ast.Attribute(value=ast.Name(id="yaml"), attr=named) if not SAFE_YAML.fullmatch(named):
            return [f"yaml.{named}"]
        case ast.ImportFrom(module=str(module), names=names) if module.partition(".")[0] == "yaml":
            return [f"yaml.{each.name}" for each in names if not SAFE_YAML.fullmatch(each.name)]
        case ast.Attribute(value=ast.Name(id="os"), attr="system"):
            return ["system"]
        case ast.keyword(arg="shell"):
            return ["shell"]
        case ast.Import(names=names):
            return [each.name for each in names if each.name.partition(".")[0] in UNSAFE_MODULES]
        case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in UNSAFE_MODULES:
            return [module]
        case _:
            return []


def test_the_defence_against_guessing_and_the_times_for_updates_are_documented() -> None:
    signing_in = (ROOT / "docs" / "signing-in.md").read_text()
    assert "Whoever guesses has to wait" in signing_in
    assert "nobody can lock another person out" in signing_in
    assert re.search(r"within \d+ days", (ROOT / "SECURITY.md").read_text())


def test_enough_common_passwords_are_known() -> None:
    path = Path(password_rules.__file__).with_name("common_passwords.txt")
    assert len({word for word in path.read_text().splitlines() if word}) >= 3_000


def test_every_password_is_typed_into_the_one_field_for_passwords() -> None:
    """It masks what is typed, and tells password managers what it is; nothing on the page hinders pasting."""
    texts = {path: path.read_text() for path in (ROOT / "frontend" / "src").rglob("*.tsx")}
    field = next(text for path, text in texts.items() if path.name == "password-field.tsx")
    assert 'type={shown ? "text" : "password"}' in field
    assert "autoComplete={autoComplete}" in field
    assert [path.name for path, text in texts.items() if 'type="password"' in text] == []
    assert [path.name for path, text in texts.items() if re.search(r"onPaste|onDrop=.*preventDefault", text)] == []


def test_no_operation_takes_a_hint_or_a_secret_question() -> None:
    def fields(tree: Any) -> list[str]:
        if isinstance(tree, list):
            return [name for each in tree for name in fields(each)]
        if not isinstance(tree, dict):
            return []
        return [*tree.get("properties", {}), *(name for each in tree.values() for name in fields(each))]

    schemas = openapi_document()["components"]["schemas"]
    for name in schemas:  # a session's answers are what agents say
        if re.search("Answer|Session|Message|Talk|Posted", name):
            schemas[name].get("properties", {}).pop("answer_id", None)
    asked_of_a_run = schemas["InboxItem"]["properties"].pop("question")  # a step of a run asks, and no sign-in
    named = fields(schemas)
    assert asked_of_a_run["type"] == "string"
    assert "password" in named
    assert [name for name in named if re.search("hint|question|answer|maiden", name)] == []


def test_no_two_sessions_are_alike_and_each_has_256_random_bits() -> None:
    texts = {credentials.made("z2s", uuid4()).text for _ in range(2_000)}
    parts = {text.split("_")[2] for text in texts}
    assert len(texts) == len(parts) == 2_000
    assert all(len(set(letters)) > 40 for letters in list(zip(*parts, strict=True))[1:])
    assert 62 ** len(next(iter(parts))) > 2**256


async def test_over_https_the_cookie_is_of_this_host_alone_and_the_browser_stays_with_https(system: System) -> None:
    body = {"name": system.admin.name, "password": system.admin.password, "kind": "browser"}
    secure, plain = {"X-Forwarded-Proto": "https"}, {"X-Forwarded-Proto": "http"}
    async with (
        serving(system.environment | {"Z2_TRUSTED_PROXIES": "127.0.0.1"}) as url,
        httpx2.AsyncClient(base_url=url, timeout=60, verify=False) as client,
    ):
        answers = [await client.post("/api/session", json=body, headers=headers) for headers in (secure, plain)]
    cookies = answers[0].headers.get_list("set-cookie")
    assert any(each.startswith(f"{SECURE_COOKIE}=z2s_") for each in cookies)
    assert all(each.startswith("__Host-") for each in cookies)
    assert all({"secure", "httponly", "path=/", "samesite=lax"} <= parts(each) for each in cookies)
    assert "max-age=31536000" in answers[0].headers["strict-transport-security"]
    assert "strict-transport-security" not in answers[1].headers


def parts(cookie: str) -> set[str]:
    return {part.strip().lower() for part in cookie.split(";")}
