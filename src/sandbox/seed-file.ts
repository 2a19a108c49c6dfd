import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { messageOf, ToolError } from '../errors.ts';
import { parsePolicy } from '../policy/document.ts';
import { readApiServer, readClientCa } from './cs/api-server.ts';
import {
  referencesOf,
  type SandboxSeed,
  type SeedAccount,
  type SeedCluster,
  type SeedRole,
  type SeedUser,
} from './seed.ts';
import { type SeedFields, SeedNode } from './seed-node.ts';
import { systemPolicyNames } from './system-policies.ts';

const maxBytes = 4 * 1024 * 1024;
const name = { grammar: /^[A-Za-z0-9][A-Za-z0-9.@_-]{0,63}$/, kind: 'a name' };
const policyName = { grammar: /^[A-Za-z0-9-]{1,128}$/, kind: 'a policy name' };
const path = { grammar: /^[^\0]+$/, kind: 'a path' };
const word = { grammar: /^[\x21-\x7e]{1,256}$/, kind: 'one word' };

/** Reads another file that the seed names; `what` says in a message what it is. */
type ReadText = (path: string, what: string) => Promise<string>;

/** Reads a seed file (YAML or JSON). Throws `FILE_UNREADABLE`, or `FILE_INVALID` with line and column. */
export async function readSeedFile(file: string): Promise<SandboxSeed> {
  const text = await readText(file, 'the seed file');
  return parseSeed(text, file, (path, what) => readText(resolve(dirname(file), path), what));
}

/** `readNamed` gets the path of a `jwksFile`, a `kubeconfig` or a `caKey` as it is written. */
export async function parseSeed(text: string, file: string, readNamed: ReadText): Promise<SandboxSeed> {
  if (text.length > maxBytes) throw new ToolError('FILE_INVALID', `${file} is larger than 4 MiB`);
  const lines = new LineCounter();
  const document = (() => {
    try {
      return parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, logLevel: 'error' });
    } catch {
      // The parser recurses, so that thousands of brackets end its stack.
      throw new ToolError('FILE_INVALID', `${file} cannot be read as YAML`);
    }
  })();
  const [problem] = document.errors;
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new ToolError('FILE_INVALID', `${file}:${line}:${col}: ${problem.message}`);
  }
  const root = new SeedNode({ file, document, lines }, document.contents, '');
  return new SeedParser(readNamed).seed(root);
}

async function readText(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new ToolError('FILE_UNREADABLE', `cannot read ${what} ${path}: ${messageOf(cause)}`, { cause });
  }
}

class SeedParser {
  readonly #readNamed: ReadText;
  readonly #taken = new Map<string, Set<string>>();
  readonly #documents: { node: SeedNode; text: string }[] = [];

  constructor(readNamed: ReadText) {
    this.#readNamed = readNamed;
  }

  async seed(root: SeedNode): Promise<SandboxSeed> {
    const fields = root.fields(['apiVersion', 'kind', 'limits', 'accounts']);
    fields.required('apiVersion').text(/^ack-ram-tool\/v1$/, 'ack-ram-tool/v1');
    fields.required('kind').text(/^SandboxSeed$/, 'SandboxSeed');
    const limits = fields.get('limits')?.fields(['trustPolicyLength']);
    const accounts: SeedAccount[] = [];
    for (const node of fields.required('accounts').list()) accounts.push(await this.#account(node));
    if (accounts.length === 0) throw fields.required('accounts').fail('is empty');
    this.#checkReferences(accounts);
    return { accounts, limits: { trustPolicyLength: limits?.get('trustPolicyLength')?.integer(1, 1_000_000) } };
  }

  async #account(node: SeedNode): Promise<SeedAccount> {
    const keys = ['id', 'accessKeyId', 'accessKeySecret', 'users', 'roles', 'policies', 'clusters'];
    const fields = node.fields(keys);
    const id = this.#unique('account', fields.required('id'), /^\d{1,32}$/, 'an account id (digits, in quotes)');
    const policies = fields.list('policies').map((policy) => this.#policy(policy, id));
    const known = new Set(policies.map((policy) => policy.name));
    const clusters: SeedCluster[] = [];
    for (const cluster of fields.list('clusters')) clusters.push(await this.#cluster(cluster));
    return {
      id,
      ...this.#accessKey(fields),
      policies,
      users: fields.list('users').map((user) => this.#user(user, id, known)),
      roles: fields.list('roles').map((role) => this.#role(role, id, known)),
      clusters,
    };
  }

  #accessKey(fields: SeedFields): Pick<SeedUser, 'accessKeyId' | 'accessKeySecret'> {
    const idNode = fields.get('accessKeyId');
    const accessKeySecret = fields.get('accessKeySecret')?.text(word.grammar, word.kind);
    if (idNode === undefined) {
      if (accessKeySecret !== undefined) throw fields.required('accessKeySecret').fail('has no accessKeyId beside it');
      return {};
    }
    const accessKeyId = this.#unique('access key', idNode, /^[A-Za-z0-9.]{1,128}$/, 'an AccessKey id');
    if (accessKeySecret === undefined) throw idNode.fail('has no accessKeySecret beside it');
    return { accessKeyId, accessKeySecret };
  }

  #user(node: SeedNode, accountId: string, customPolicies: ReadonlySet<string>): SeedUser {
    const fields = node.fields(['name', 'accessKeyId', 'accessKeySecret', 'systemPolicies', 'customPolicies']);
    return {
      name: this.#unique(`user of ${accountId}`, fields.required('name'), name.grammar, name.kind),
      ...this.#accessKey(fields),
      ...attachedPolicies(fields, customPolicies),
    };
  }

  #role(node: SeedNode, accountId: string, customPolicies: ReadonlySet<string>): SeedRole {
    const fields = node.fields(['name', 'trustPolicy', 'maxSessionDuration', 'systemPolicies', 'customPolicies']);
    return {
      name: this.#unique(`role of ${accountId}`, fields.required('name'), /^[A-Za-z0-9.-]{1,64}$/, 'a role name'),
      trustPolicy: this.#document(fields.required('trustPolicy')),
      maxSessionDurationSeconds: sessionDuration(fields.get('maxSessionDuration')),
      ...attachedPolicies(fields, customPolicies),
    };
  }

  #policy(node: SeedNode, accountId: string) {
    const fields = node.fields(['name', 'document']);
    const place = fields.required('document');
    const document = this.#document(place);
    try {
      parsePolicy(document, 'it', 'FILE_INVALID');
    } catch (error) {
      throw place.fail(`cannot be used: ${messageOf(error)}`);
    }
    const nameNode = fields.required('name');
    return {
      name: this.#unique(`policy of ${accountId}`, nameNode, policyName.grammar, policyName.kind),
      document,
    };
  }

  async #cluster(node: SeedNode): Promise<SeedCluster> {
    const texts = ['name', 'region', 'version', 'type', 'profile', 'state'];
    const fields = node.fields([
      'id',
      ...texts,
      'rrsa',
      'addons',
      'activeUsers',
      'issuer',
      'jwksFile',
      'kubeconfig',
      'caKey',
    ]);
    const [clusterName, region, version, type, profile, state] = texts.map((key) =>
      fields.get(key)?.text(word.grammar, word.kind),
    );
    const issuer = fields.get('issuer')?.text(/^https?:\/\/[^\s?#@/][^\s?#@]{0,250}$/, 'the URL of an issuer');
    return {
      id: this.#unique('cluster', fields.required('id'), /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/, 'a cluster id'),
      name: clusterName,
      region,
      version,
      type,
      profile,
      state,
      rrsa: fields.get('rrsa')?.boolean(),
      addons: fields.list('addons').map((addon) => addon.text(name.grammar, 'the name of an addon')),
      activeUsers: fields.list('activeUsers').map((user) => user.text(name.grammar, 'a name or an id')),
      issuer,
      jwks: await this.#jwks(fields.get('jwksFile'), issuer),
      ...(await this.#apiServer(fields.get('kubeconfig'), fields.get('caKey'))),
    };
  }

  async #jwks(node: SeedNode | undefined, issuer: string | undefined): Promise<SeedCluster['jwks']> {
    if (node === undefined) return undefined;
    if (issuer === undefined) throw node.fail('has no issuer beside it');
    const text = await this.#readNamed(node.text(path.grammar, path.kind), 'the jwksFile');
    const keys = keysOf(text);
    if (keys === undefined) throw node.fail('is not a file with a JSON Web Key Set');
    return { keys };
  }

  async #apiServer(
    node: SeedNode | undefined,
    keyNode: SeedNode | undefined,
  ): Promise<Pick<SeedCluster, 'apiServer' | 'clientCa'>> {
    if (node === undefined) {
      if (keyNode !== undefined) throw keyNode.fail('has no kubeconfig beside it');
      return {};
    }
    const apiServer = await explained(node, () => readApiServer(node.text(path.grammar, path.kind), this.#readNamed));
    if (keyNode === undefined) return { apiServer };
    const key = await this.#readNamed(keyNode.text(path.grammar, path.kind), 'the caKey');
    return { apiServer, clientCa: await explained(keyNode, async () => readClientCa(apiServer, key)) };
  }

  #document(node: SeedNode): string {
    const text = node.document();
    this.#documents.push({ node, text });
    return text;
  }

  #unique(kind: string, node: SeedNode, grammar: RegExp, description: string): string {
    const text = node.text(grammar, description);
    const taken = this.#taken.get(kind) ?? new Set();
    if (taken.has(text)) throw node.fail(`is the second ${kind.replace(/ of .*/, '')} of that name`);
    this.#taken.set(kind, taken.add(text));
    return text;
  }

  #checkReferences(accounts: readonly SeedAccount[]): void {
    const ids = new Set(accounts.flatMap(({ clusters = [] }) => clusters.map(({ id }) => id)));
    for (const { node, text } of this.#documents) {
      const unknown = referencesOf(text).find(({ clusterId }) => !ids.has(clusterId));
      if (unknown === undefined) continue;
      throw node.fail(
        `refers to cluster ${JSON.stringify(unknown.clusterId.slice(0, 80))}, which the seed does not have`,
      );
    }
  }
}

function attachedPolicies(fields: SeedFields, customPolicies: ReadonlySet<string>) {
  const namesOf = (key: string, known: { has(name: string): boolean }): string[] =>
    fields.list(key).map((node) => {
      const text = node.text(policyName.grammar, policyName.kind);
      if (!known.has(text)) throw node.fail(`names policy ${text}, which the sandbox does not have`);
      return text;
    });
  return {
    systemPolicies: namesOf('systemPolicies', new Set(systemPolicyNames())),
    customPolicies: namesOf('customPolicies', customPolicies),
  };
}

/** Seconds from a duration such as `1h30m`; RAM allows 1 to 12 hours. */
function sessionDuration(node: SeedNode | undefined): number | undefined {
  if (node === undefined) return undefined;
  const text = node.text(/^(?=.)(\d{1,2}h)?(\d{1,4}m)?(\d{1,6}s)?$/, 'a duration such as 1h30m');
  const [, hours, minutes, seconds] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text) ?? [];
  const total = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
  if (total < 3600 || total > 43_200) throw node.fail('is not from 1h to 12h');
  return total;
}

/** What is wrong with a file, said where the seed names it. */
async function explained<T>(node: SeedNode, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ToolError) throw error;
    throw node.fail(messageOf(error));
  }
}

function keysOf(text: string): Record<string, unknown>[] | undefined {
  try {
    const { keys } = JSON.parse(text);
    const isKeys = Array.isArray(keys) && keys.every((key) => typeof key === 'object' && key !== null);
    return isKeys ? keys : undefined;
  } catch {
    return undefined;
  }
}
