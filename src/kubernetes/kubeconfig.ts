/** Kubeconfigs as ACK sends them: their client certificate, and the same with an exec plugin in its place. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { type Document, isMap, isScalar, isSeq, parseDocument, YAMLMap } from 'yaml';
import { ToolError } from '../errors.ts';
import type { ExecUser } from './kubeconfig-exec.ts';

/** The client certificate of a kubeconfig, and its end in milliseconds since the epoch. */
export interface KubeconfigCertificate {
  /** PEM. */
  certificate: string;
  /** PEM. */
  privateKey: string;
  expiresAt: number;
}

/** A context of a kubeconfig and what it refers to, as plain values. */
export interface KubeconfigEntry {
  context: { name: string; value: Record<string, unknown> };
  cluster: { name: string; value: Record<string, unknown> };
  user: { name: string; value: Record<string, unknown> };
}

/** Everything by which a user may be authenticated; what is not listed here (`as`, `extensions`) is kept. */
const authenticators = [
  'client-certificate',
  'client-certificate-data',
  'client-key',
  'client-key-data',
  'token',
  'tokenFile',
  'username',
  'password',
  'auth-provider',
  'exec',
];

/** So that long values stay on one line. */
export const yamlStyle = { lineWidth: 0 } as const;

/**
 * A kubeconfig as a document that can be changed without losing comments and unknown fields. `what` names it.
 * Throws a `ToolError` with `code` for what is no kubeconfig; its message shows nothing of the text, which holds keys.
 */
export function parseKubeconfig(text: string, what: string, code: 'BAD_ANSWER' | 'FILE_INVALID'): Document<YAMLMap> {
  const document = asYaml(what, code, () => parseDocument(text, { prettyErrors: false, logLevel: 'error' }));
  const [problem] = document.errors;
  if (problem !== undefined) throw new ToolError(code, `${what} is no YAML: ${problem.code} at byte ${problem.pos[0]}`);
  if (!isMap(document.contents)) throw new ToolError(code, `${what} is no kubeconfig: it is not a mapping`);
  for (const kind of ['clusters', 'contexts', 'users']) {
    const list = document.contents.get(kind, true);
    const isEmpty = list === undefined || (isScalar(list) && list.value === null);
    if (!isEmpty && !(isSeq(list) && list.items.every(isMap))) {
      throw new ToolError(code, `${what} is no kubeconfig: its ${kind} are not a list of mappings`);
    }
  }
  return document as Document<YAMLMap>;
}

/**
 * What `work` makes of a kubeconfig, where nesting may end the stack of the library, and aliases mean too much or nothing:
 * then a `ToolError` with `code`.
 */
export function asYaml<T>(what: string, code: 'BAD_ANSWER' | 'FILE_INVALID', work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ToolError) throw error;
    throw new ToolError(code, `${what} cannot be read as YAML`);
  }
}

/** The kubeconfig with `exec` in place of what its users authenticate by; everything else as it was. */
export function withExecUsers(text: string, what: string, exec: ExecUser): string {
  const document = parseKubeconfig(text, what, 'BAD_ANSWER');
  const users = itemsOf(document, 'users');
  if (users.length === 0) throw new ToolError('BAD_ANSWER', `${what} has no user`);
  for (const user of users) {
    const value: unknown = user.get('user', true);
    const settings: YAMLMap = isMap(value) ? value : new YAMLMap(document.schema);
    for (const key of authenticators) settings.delete(key);
    settings.flow = false;
    settings.set('exec', document.createNode(exec, { aliasDuplicateObjects: false }));
    user.set('user', settings);
  }
  return asYaml(what, 'BAD_ANSWER', () => document.toString(yamlStyle));
}

/** The current context of a kubeconfig, else its first. Throws `BAD_ANSWER` when it refers to what is not there. */
export function currentEntry(text: string, what: string): KubeconfigEntry {
  return asYaml(what, 'BAD_ANSWER', () => entryIn(parseKubeconfig(text, what, 'BAD_ANSWER'), what));
}

function entryIn(document: Document<YAMLMap>, what: string): KubeconfigEntry {
  const current = document.get('current-context');
  const contexts = itemsOf(document, 'contexts');
  const context = contexts.find((item) => item.get('name') === current) ?? contexts[0];
  if (context === undefined) throw new ToolError('BAD_ANSWER', `${what} has no context`);
  const value = settingsOf(document, context, 'context');
  return {
    context: { name: String(context.get('name')), value },
    cluster: named(document, { list: 'clusters', kind: 'cluster', name: value.cluster, what }),
    user: named(document, { list: 'users', kind: 'user', name: value.user, what }),
  };
}

/**
 * The client certificate of the current context. Throws `BAD_ANSWER` where there is none, or where certificate and key
 * do not belong together.
 */
export function clientCertificate(text: string, what: string): KubeconfigCertificate {
  const { value } = currentEntry(text, what).user;
  const certificate = fromBase64(value['client-certificate-data']);
  const privateKey = fromBase64(value['client-key-data']);
  if (certificate === undefined || privateKey === undefined) {
    throw new ToolError('BAD_ANSWER', `${what} has no client certificate`);
  }
  try {
    const parsed = new X509Certificate(certificate);
    const expiresAt = Date.parse(parsed.validTo);
    if (parsed.checkPrivateKey(createPrivateKey(privateKey)) && !Number.isNaN(expiresAt)) {
      return { certificate, privateKey, expiresAt };
    }
  } catch {
    // Said below; the error of the library may show what it could not read.
  }
  throw new ToolError('BAD_ANSWER', `${what} has a client certificate and a key that cannot be used together`);
}

/** The entries of a list; none for one that is absent or null. */
export function itemsOf(document: Document<YAMLMap>, list: string): YAMLMap[] {
  const node = document.contents?.get(list, true);
  return isSeq(node) ? node.items.filter(isMap) : [];
}

/** The settings of an entry as plain values. */
export function settingsOf(document: Document<YAMLMap>, item: YAMLMap, kind: string): Record<string, unknown> {
  const node = item.get(kind, true);
  return isMap(node) ? { ...(node.toJS(document, { maxAliasCount: 100 }) as Record<string, unknown>) } : {};
}

function named(
  document: Document<YAMLMap>,
  { list, kind, name, what }: { list: string; kind: string; name: unknown; what: string },
) {
  const item = itemsOf(document, list).find((each) => each.get('name') === name);
  if (typeof name !== 'string' || item === undefined) {
    throw new ToolError('BAD_ANSWER', `${what} has a context whose ${kind} it does not have`);
  }
  return { name, value: settingsOf(document, item, kind) };
}

function fromBase64(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return Buffer.from(value, 'base64').toString('utf8');
}
