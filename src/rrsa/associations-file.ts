/** The associations of a cluster as a file: which service accounts may assume which roles, and what these may do. */
import { formatDuration, parseDuration } from '../duration.ts';
import { messageOf, ToolError } from '../errors.ts';
import { checkClusterId, checkPolicyName, checkRoleName } from '../policy/name.ts';
import { checkNamespace, checkServiceAccount } from '../policy/subject.ts';
import { parseYaml, type YamlNode } from './yaml-node.ts';

const API_VERSION = 'ack-ram-tool/v1';
const KIND = 'RrsaAssociations';
export const MAX_FILE_BYTES = 1024 * 1024;

export interface AssociationsFile {
  clusterId: string;
  /** ack-pod-identity-webhook is to be installed. Default false, which never uninstalls it. */
  helperAddon: boolean;
  /** Each name once. */
  roles: RoleAssociations[];
  /** Written above the roles, a line each; a reader ignores them. */
  comments?: readonly string[] | undefined;
}

export interface RoleAssociations {
  name: string;
  /** A role that is missing is created; otherwise it is an error. Default false. */
  create: boolean;
  /** For a role that is created. */
  description?: string | undefined;
  /** For a role that is created. Whole seconds, 3600 to 43200. */
  maxSessionDurationSeconds?: number | undefined;
  /** Each once; `*` and `?` stand for any characters. */
  serviceAccounts: ServiceAccountName[];
  systemPolicies: string[];
  customPolicies: string[];
  policyDocuments: PolicyDocumentFile[];
  /** Written below the service accounts, a line each; a reader ignores them. */
  comments?: readonly string[] | undefined;
}

export interface ServiceAccountName {
  namespace: string;
  name: string;
}

/** A custom policy that is created from a file when there is none of that name. */
export interface PolicyDocumentFile {
  name: string;
  /** Path as it is written: relative to the file that names it. */
  path: string;
  /** `file:line:column` of the path; absent in a model that was not read. */
  place?: string | undefined;
}

/**
 * Reads the text of an associations file, YAML or JSON; `file` names it in messages. Loads the YAML library.
 * Throws `FILE_INVALID` with `file:line:column` for everything that is not as documented: an unknown key, a name that
 * cannot be one, a role or subject that is there twice.
 */
export async function parseAssociationsFile(text: string, file: string): Promise<AssociationsFile> {
  if (text.length > MAX_FILE_BYTES || Buffer.byteLength(text) > MAX_FILE_BYTES) {
    throw new ToolError('FILE_INVALID', `${file}:1:1: the file is larger than 1 MiB`);
  }
  const root = await parseYaml(text, file);
  const fields = root.fields(['apiVersion', 'kind', 'clusterId', 'helperAddon', 'roles']);
  for (const [key, wanted] of [
    ['apiVersion', API_VERSION],
    ['kind', KIND],
  ] as const) {
    const node = fields.required(key);
    if (node.text() !== wanted) throw node.fail(`is not ${wanted}`);
  }
  const clusterId = fields.required('clusterId').text((id) => checkClusterId(id, 'cluster id'));
  const helperAddon = fields.get('helperAddon')?.boolean() ?? false;
  const roles = eachOnce(fields.required('roles').list(), readRole, ({ name }) => `role ${name}`);
  return { clusterId, helperAddon, roles };
}

function readRole(node: YamlNode): RoleAssociations {
  const fields = node.fields([
    ...['name', 'create', 'description', 'maxSessionDuration'],
    ...['serviceAccounts', 'systemPolicies', 'customPolicies', 'policyDocuments'],
  ]);
  const role: RoleAssociations = {
    name: fields.required('name').text((name) => checkRoleName(name, 'role name')),
    create: fields.get('create')?.boolean() ?? false,
    description: fields.get('description')?.text(checkDescription),
    maxSessionDurationSeconds: readSessionDuration(fields.get('maxSessionDuration')),
    serviceAccounts: eachOnce(
      fields.required('serviceAccounts').list(),
      readServiceAccount,
      ({ namespace, name }) => `service account ${namespace}/${name}`,
    ),
    systemPolicies: readPolicyNames(fields.list('systemPolicies')),
    customPolicies: readPolicyNames(fields.list('customPolicies')),
    policyDocuments: readPolicyDocuments(fields.get('policyDocuments')),
  };
  // RAM takes no trust policy without a statement.
  if (role.create && role.serviceAccounts.length === 0) {
    throw fields.required('serviceAccounts').fail('is empty, and a role that trusts nobody cannot be created');
  }
  return role;
}

function readServiceAccount(node: YamlNode): ServiceAccountName {
  const fields = node.fields(['namespace', 'name']);
  return {
    namespace: fields.required('namespace').text((text) => checkNamespace(text, { wildcards: true })),
    name: fields.required('name').text((text) => checkServiceAccount(text, { wildcards: true })),
  };
}

function readPolicyNames(nodes: readonly YamlNode[]): string[] {
  return eachOnce(
    nodes,
    (node) => node.text((name) => checkPolicyName(name)),
    (name) => `policy ${name}`,
  );
}

function readPolicyDocuments(node: YamlNode | undefined): PolicyDocumentFile[] {
  return (node?.entries() ?? []).map(({ key, at, value }) => {
    try {
      checkPolicyName(key);
    } catch (error) {
      throw at.fail(`has a key that is not valid: ${messageOf(error)}`);
    }
    const path = value.text((text) => {
      if (text === '' || text.includes('\0')) throw new Error('it is not the path of a file');
    });
    return { name: key, path, place: value.place };
  });
}

/** Source: Description of CreateRole. */
function checkDescription(text: string): void {
  if (text.length > 1024) throw new Error(`it has ${text.length} characters, and RAM takes 1024`);
}

/** Source: MaxSessionDuration of CreateRole. */
function readSessionDuration(node: YamlNode | undefined): number | undefined {
  if (node === undefined) return undefined;
  const ms = parseDuration(node.text());
  if (ms === undefined) throw node.fail('is no duration (write it as 1h or 1h30m)');
  if (ms < 3_600_000 || ms > 43_200_000 || ms % 1000 !== 0) throw node.fail('is not whole seconds from 1h to 12h');
  return ms / 1000;
}

function eachOnce<T>(nodes: readonly YamlNode[], read: (node: YamlNode) => T, nameOf: (value: T) => string): T[] {
  const places = new Map<string, YamlNode>();
  return nodes.map((node) => {
    const value = read(node);
    const first = places.get(nameOf(value));
    if (first !== undefined) throw node.fail(`names ${nameOf(value)} a second time; ${first.path} does so already`);
    places.set(nameOf(value), node);
    return value;
  });
}

/** The text that `parseAssociationsFile` reads as the same model, with its comments. Ends with a line feed. */
export function formatAssociationsFile(model: AssociationsFile): string {
  const lines = [
    `apiVersion: ${API_VERSION}`,
    `kind: ${KIND}`,
    `clusterId: ${scalar(model.clusterId)}`,
    ...(model.helperAddon ? ['helperAddon: true'] : []),
    ...(model.comments ?? []).map(comment),
    ...(model.roles.length === 0 ? ['roles: []'] : ['roles:']),
    ...model.roles.flatMap(roleLines),
  ];
  return `${lines.join('\n')}\n`;
}

function roleLines(role: RoleAssociations): string[] {
  const { description, maxSessionDurationSeconds, serviceAccounts, policyDocuments } = role;
  const documents = policyDocuments.map(({ name, path }) => `${scalar(name)}: ${scalar(path)}`).join(', ');
  return [
    `  - name: ${scalar(role.name)}`,
    ...(role.create ? ['    create: true'] : []),
    ...(description === undefined ? [] : [`    description: ${scalar(description)}`]),
    ...(maxSessionDurationSeconds === undefined
      ? []
      : [`    maxSessionDuration: ${formatDuration(maxSessionDurationSeconds)}`]),
    ...(serviceAccounts.length === 0 ? ['    serviceAccounts: []'] : ['    serviceAccounts:']),
    ...serviceAccounts.map(
      ({ namespace, name }) => `      - { namespace: ${scalar(namespace)}, name: ${scalar(name)} }`,
    ),
    ...(role.comments ?? []).map((text) => `      ${comment(text)}`),
    `    systemPolicies: [${role.systemPolicies.map(scalar).join(', ')}]`,
    `    customPolicies: [${role.customPolicies.map(scalar).join(', ')}]`,
    ...(documents === '' ? [] : [`    policyDocuments: { ${documents} }`]),
  ];
}

/** Words that YAML 1.1 readers take for something else than text. */
const keyword = /^(?:true|false|yes|no|on|off|y|n|null|nan|inf)$/i;

/** Bare where every reader takes it for text; else as JSON, which YAML is a superset of. */
function scalar(text: string): string {
  if (/^[A-Za-z][A-Za-z0-9._-]*$/.test(text) && !keyword.test(text)) return text;
  return JSON.stringify(text).replace(/[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu, escapeUnits);
}

function comment(text: string): string {
  return `# ${text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, ' ').trim()}`.trimEnd();
}

function escapeUnits(character: string): string {
  return character.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
