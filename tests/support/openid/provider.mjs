/**
 * An OpenID provider on this machine: the certified `oidc-provider` with people and keys for tests.
 *
 * Prints its address. Reads commands from standard input, one JSON object in a line, and answers each with a line:
 * {"rotate": "RS256"} signs with a new key from now on; {"people": {"<login>": {claims}}} knows these people;
 * {"options": {...}} changes what the provider is able to do. It ends with its standard input.
 */
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import Provider from "oidc-provider";

const { clients } = JSON.parse(process.argv[2]);
// the library says things there that are no answers of ours
console.info = console.error;

const cookieKeys = [randomUUID()];
const people = new Map();
let options = {};
let keys = [];
let current;

function newKey(algorithm) {
  const [kind, parameters] = algorithm.startsWith("ES")
    ? ["ec", { namedCurve: { ES256: "P-256", ES384: "P-384", ES512: "P-521" }[algorithm] }]
    : ["rsa", { modulusLength: 2048 }];
  const { privateKey } = generateKeyPairSync(kind, parameters);
  return { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg: algorithm };
}

function claimsOf(login) {
  return { sub: login, ...people.get(login) };
}

function make(issuer) {
  const algorithm = keys[0].alg;
  return new Provider(issuer, {
    clients: clients.map((client) => ({ ...client, id_token_signed_response_alg: algorithm })),
    jwks: { keys },
    claims: {
      openid: ["sub", "groups", "realm_access"],
      email: ["email", "email_verified"],
      profile: ["name"],
    },
    conformIdTokenClaims: options.conformIdTokenClaims ?? true,
    cookies: { keys: cookieKeys },
    features: { devInteractions: { enabled: true } },
    findAccount: (_context, login) =>
      people.has(login) ? { accountId: login, claims: async () => claimsOf(login) } : undefined,
    enabledJWA: { idTokenSigningAlgValues: ["RS256", "RS512", "PS256", "ES256", "ES384"] },
    pkce: { required: () => true },
    ttl: { AuthorizationCode: options.codeSeconds ?? 60 },
  });
}

let issuer;
const server = createServer((request, response) => current.callback()(request, response));

function remake() {
  current = make(issuer);
  current.on("server_error", (_context, error) => process.stderr.write(`${error.stack}\n`));
}

const commands = {
  rotate(algorithm) {
    keys = [newKey(algorithm)];
    remake();
    return { kid: keys[0].kid };
  },
  people(known) {
    for (const [login, claims] of Object.entries(known)) people.set(login, claims);
    return {};
  },
  options(changed) {
    options = changed;
    remake();
    return {};
  },
};

server.listen(0, "127.0.0.1", () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  commands.rotate("RS256");
  process.stdout.write(`${issuer}\n`);
});

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const [[name, value]] = Object.entries(JSON.parse(line));
    process.stdout.write(`${JSON.stringify(commands[name](value))}\n`);
  })
  .on("close", () => process.exit(0));
