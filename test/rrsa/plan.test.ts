import { describe, expect, it } from 'vitest';
import type { Role } from '../../src/cloud/ports.ts';
import { ToolError } from '../../src/errors.ts';
import { parsePolicy, statementsOf } from '../../src/policy/document.ts';
import type { AssociationFacts, RoleFacts } from '../../src/rrsa/association-facts.ts';
import { planAssociations, type RoleChange } from '../../src/rrsa/plan.ts';
import type { WantedRole } from '../../src/rrsa/read-associations.ts';
import { ACCOUNT, cluster, ISSUER, PROVIDER_ARN, withoutRrsa } from './fakes.ts';

interface Trusting {
  subjects?: string | string[];
  operator?: string;
  provider?: string | string[];
  issuer?: string;
  more?: object;
  effect?: string;
}

const subjectOf = (name: string): string =>
  /^[^/:]+\/[^/]+$/.test(name) ? `system:serviceaccount:${name.replace('/', ':')}` : name;

/** A statement as this tool writes it, or nearly. */
function trusting({
  subjects,
  operator,
  provider = [PROVIDER_ARN],
  issuer = ISSUER,
  more,
  effect = 'Allow',
}: Trusting) {
  const names = typeof subjects === 'string' ? subjectOf(subjects) : subjects?.map(subjectOf);
  const sub = names === undefined ? {} : { 'oidc:sub': names };
  const claims = { 'oidc:aud': 'sts.aliyuncs.com', 'oidc:iss': issuer };
  const condition =
    operator === undefined ? { StringEquals: { ...claims, ...sub } } : { StringEquals: claims, [operator]: sub };
  return {
    Action: 'sts:AssumeRole',
    Condition: { ...condition, ...more },
    Effect: effect,
    Principal: { Federated: provider },
  };
}

const service = { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: ['ecs.aliyuncs.com'] } };
const address = { IpAddress: { 'acs:SourceIp': '10.0.0.0/8' } };
const otherProvider = `acs:ram::${ACCOUNT}:oidc-provider/ack-rrsa-other`;

function roleOf(name: string, statements: unknown[] | string): Role {
  const trustPolicy =
    typeof statements === 'string' ? statements : JSON.stringify({ Statement: statements, Version: '1' });
  const arn = `acs:ram::${ACCOUNT}:role/${name}`;
  return { id: '1', name, arn, description: '', trustPolicy, maxSessionDurationSeconds: 3600 };
}

function wantedRole(name: string, accounts: string[], changes: Partial<WantedRole> = {}): WantedRole {
  const serviceAccounts = accounts.map((account) => {
    const [namespace = '', sa = ''] = account.split('/');
    return { namespace, name: sa };
  });
  const none = { systemPolicies: [], customPolicies: [], policyDocuments: [] };
  return { name, create: false, serviceAccounts, ...none, ...changes };
}

function plan(
  roles: (Partial<RoleFacts> & { wanted: WantedRole })[],
  options: { prune?: boolean; compact?: boolean; others?: Role[]; facts?: Partial<AssociationFacts> } = {},
) {
  const wanted = roles.map((role) => ({ policies: [], notes: [], ...role }));
  const facts = {
    cluster: cluster(),
    wanted,
    others: options.others ?? [],
    unread: [],
    wantsAddon: false,
    ...options.facts,
  };
  return planAssociations(facts, { prune: options.prune ?? false, compact: options.compact ?? false });
}

function planOne(
  statements: unknown[] | string,
  accounts: string[],
  options: { prune?: boolean; compact?: boolean } = {},
): RoleChange & { statements: unknown[] } {
  const [change] = plan([{ wanted: wantedRole('r', accounts), role: roleOf('r', statements) }], options).result.changes;
  if (change === undefined) throw new Error('no change was planned');
  const after = change.after === null || change.error !== null ? [] : statementsOf(parsePolicy(change.after, 'it'));
  return { ...change, statements: JSON.parse(JSON.stringify(after)) };
}

const told = ({ serviceAccounts }: RoleChange): string[] =>
  serviceAccounts.map(({ namespace, serviceAccount, change }) => `${change} ${namespace}/${serviceAccount}`);

describe('the plan for one role', () => {
  it.each<[string, unknown[], string[], { prune?: boolean; compact?: boolean }, unknown[], string[]]>([
    [
      'appends a statement where none can be extended',
      [service],
      ['a/x'],
      {},
      [service, trusting({ subjects: 'a/x' })],
      ['add a/x'],
    ],
    [
      'extends the statement that is there, so that documents stay short',
      [trusting({ subjects: 'a/x' }), service],
      ['a/x', 'a/y', 'a/z'],
      {},
      [trusting({ subjects: ['a/x', 'a/y', 'a/z'] }), service],
      ['none a/x', 'add a/y', 'add a/z'],
    ],
    [
      'leaves alone what the file does not name, unless it prunes',
      [trusting({ subjects: ['a/x', 'a/y'] })],
      ['a/x'],
      {},
      [trusting({ subjects: ['a/x', 'a/y'] })],
      ['none a/x'],
    ],
    [
      'takes away one subject of several when it prunes',
      [service, trusting({ subjects: ['a/x', 'a/y'] })],
      ['a/x'],
      { prune: true },
      [service, trusting({ subjects: ['a/x'] })],
      ['none a/x', 'remove a/y'],
    ],
    [
      'takes away a whole statement, and one of an older issuer or under a wildcard, when it prunes',
      [
        trusting({ subjects: 'a/y' }),
        trusting({ subjects: 'a/z', issuer: 'https://old.example' }),
        trusting({ subjects: 'team-*/*', operator: 'StringLike' }),
        service,
      ],
      [],
      { prune: true },
      [service],
      ['remove a/y', 'remove a/z', 'remove team-*/*'],
    ],
    [
      'names what a wildcard trusted before the wildcard goes',
      [trusting({ subjects: '*/*', operator: 'StringLike' })],
      ['a/x'],
      { prune: true },
      [trusting({ subjects: 'a/x' })],
      ['add a/x', 'remove */*'],
    ],
    [
      'merges statements when it is to be compact',
      [trusting({ subjects: 'a/x' }), service, trusting({ subjects: 'a/y' })],
      ['a/x'],
      { compact: true },
      [trusting({ subjects: ['a/x', 'a/y'] }), service],
      ['none a/x'],
    ],
    [
      'keeps a statement with further conditions, and trusts the file without them',
      [trusting({ subjects: 'a/x', more: address })],
      ['a/x'],
      { prune: true },
      [trusting({ subjects: 'a/x', more: address }), trusting({ subjects: 'a/x' })],
      ['add a/x'],
    ],
  ])('%s', (_what, before, accounts, options, after, changes) => {
    const change = planOne(before, accounts, options);
    expect(change.statements).toEqual(after);
    expect(told(change)).toEqual(changes);
    expect(change.kind).toBe(JSON.stringify(before) === JSON.stringify(after) ? 'none' : 'update');
  });

  it.each<[string, Trusting]>([
    ['further conditions', { subjects: 'a/y', more: address }],
    ['another provider beside ours', { subjects: 'a/y', provider: [PROVIDER_ARN, otherProvider] }],
    ['no subject at all', {}],
    ['an operator that excludes', { subjects: 'a/y', operator: 'StringNotLike' }],
    ['a subject that is no service account', { subjects: 'system:node:x' }],
    ['an operator nobody knows', { subjects: 'a/y', operator: 'StringSounds' }],
    ['two lists of subjects', { subjects: 'a/y', more: { StringLike: { 'oidc:sub': 'system:serviceaccount:a:*' } } }],
  ])('never prunes, and shows, a statement with %s', (_what, statement) => {
    const before = [service, trusting(statement)];
    const change = planOne(before, [], { prune: true });
    expect(change).toMatchObject({ kind: 'none', serviceAccounts: [], statements: before });
    expect(change.notes.join('\n')).toMatch(/^Statement\[1] .*; it is not in the file, and stays/);
    expect(planOne(before, []).notes).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['of another cluster', trusting({ subjects: 'a/y', provider: otherProvider })],
    ['of a cloud service', service],
    ['that denies', trusting({ subjects: 'a/y', effect: 'Deny' })],
    ['of another action', { ...trusting({ subjects: 'a/y' }), Action: 'sts:TagSession' }],
  ])('has nothing to do with a statement %s', (_what, statement) => {
    const change = planOne([statement, service], [], { prune: true });
    expect(change).toMatchObject({ kind: 'none', serviceAccounts: [], notes: [] });
  });

  it('says when a broader statement trusts it already, and when a Deny refuses it', () => {
    const broader = planOne([trusting({ subjects: 'a/*', operator: 'StringLike' })], ['a/x']);
    expect(broader).toMatchObject({
      kind: 'none',
      notes: ['a/x is trusted by a statement that trusts more than that'],
    });
    const denied = planOne([trusting({ subjects: 'a/x', effect: 'Deny' })], ['a/x']);
    expect(denied.kind).toBe('update');
    expect(denied.notes).toEqual(['a/x is refused all the same: Statement[0] denies it']);
  });

  it('says when nobody would be trusted any more', () => {
    const change = planOne([trusting({ subjects: 'a/x' })], [], { prune: true });
    expect(change.statements).toEqual([]);
    expect(change.notes).toEqual(['it would trust nobody any more, which RAM may refuse']);
  });

  it.each(['', '[]', '{"Statement":1}', '{"Statement":[],"Statement":[]}'])(
    'is an error of the role when its trust policy is %j',
    (document) => {
      const change = planOne(document, ['a/x']);
      expect(change).toMatchObject({ kind: 'none', error: { code: 'TRUST_POLICY_UNREADABLE' }, before: document });
    },
  );

  it('shows a description and a session duration that are not those of the file, and leaves them', () => {
    const wanted = wantedRole('r', ['a/x'], { description: 'new', maxSessionDurationSeconds: 7200 });
    const { result } = plan([{ wanted, role: roleOf('r', [trusting({ subjects: 'a/x' })]) }]);
    expect(result.changed).toBe(false);
    expect(result.changes[0]?.notes).toEqual([
      'its description is "", and "new" in the file: it stays as it is',
      'its maximum session duration is 1h, and 2h in the file: it stays as it is',
    ]);
  });
});

describe('the plan for a cluster', () => {
  it('creates a role that is missing, with all of its service accounts in as few statements as can be', () => {
    const { result } = plan([{ wanted: wantedRole('r', ['a/x', 'a/y', 'b/*'], { create: true }) }]);
    expect(result).toMatchObject({ clusterId: 'c123', changed: true, addon: null });
    expect(result.changes[0]).toMatchObject({ roleName: 'r', kind: 'create', before: null, notes: [] });
    expect(JSON.parse(result.changes[0]?.after ?? '').Statement).toEqual([
      trusting({ subjects: ['a/x', 'a/y'] }),
      trusting({ subjects: 'b/*', operator: 'StringLike' }),
    ]);
  });

  it('keeps the order of the file, and plans the others when one cannot be read', () => {
    const error = new ToolError('ROLE_NOT_FOUND', 'there is no role z');
    const { result } = plan([
      { wanted: wantedRole('z', ['a/x']), error },
      { wanted: wantedRole('a', ['a/x']), role: roleOf('a', [service]) },
    ]);
    expect(result.changes.map(({ roleName, kind }) => [roleName, kind])).toEqual([
      ['z', 'none'],
      ['a', 'update'],
    ]);
    expect(result.changes[0]?.error).toBe(error);
  });

  it('prunes other roles, and lists only those that trust the cluster', () => {
    const { result, roles } = plan([], {
      prune: true,
      others: [
        roleOf('foreign', [service, trusting({ subjects: 'a/x', provider: otherProvider })]),
        roleOf('stale', [service, trusting({ subjects: ['a/x', 'a/y'] })]),
        roleOf('conditional', [trusting({ subjects: 'a/x', more: address })]),
        roleOf('broken', 'no json'),
      ],
    });
    expect(result.changes.map(({ roleName, kind }) => [roleName, kind])).toEqual([
      ['stale', 'update'],
      ['conditional', 'none'],
      ['broken', 'none'],
    ]);
    expect(told(result.changes[0] as RoleChange)).toEqual(['remove a/x', 'remove a/y']);
    expect(JSON.parse(result.changes[0]?.after ?? '').Statement).toEqual([service]);
    expect(result.changes.map(({ error }) => error)).toEqual([null, null, null]);
    expect(roles.map(({ writesTrust }) => writesTrust)).toEqual([true, false, false]);
  });

  it('does not merge statements of roles that the file does not name', () => {
    const others = [
      roleOf('o', [trusting({ subjects: 'a/x', more: address }), trusting({ subjects: 'a/y', more: address })]),
    ];
    expect(plan([], { prune: true, compact: true, others }).result.changed).toBe(false);
  });

  it.each([
    [{ wantsAddon: false }, null, false],
    [{ wantsAddon: true }, 'install', true],
    [{ wantsAddon: true, addon: { name: 'x', version: '1', state: 'active' } }, 'none', false],
    [{ wantsAddon: true, addon: { name: 'x', version: '1', state: 'failed' } }, 'install', true],
    [{ wantsAddon: true, addonError: new ToolError('NETWORK', 'no') }, 'none', false],
  ])('installs the addon when it is wanted and not at work (%j)', (facts, change, changed) => {
    const { result } = plan([], { facts });
    expect(result.addon?.change ?? null).toBe(change);
    expect(result.changed).toBe(changed);
  });

  it('needs RRSA to be on', () => {
    expect(() => plan([], { facts: { cluster: cluster({ rrsa: withoutRrsa }) } })).toThrow(/RRSA is off/);
  });
});
