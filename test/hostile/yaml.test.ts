import type fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { annotateManifests } from '../../src/eci/annotate.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { injectManifests } from '../../src/kubernetes/inject-manifests.ts';
import { clientCertificate, currentEntry, withExecUsers } from '../../src/kubernetes/kubeconfig.ts';
import { mergeKubeconfig } from '../../src/kubernetes/kubeconfig-merge.ts';
import { readSentKubeconfig } from '../../src/kubernetes/sent-kubeconfig.ts';
import { parseAssociationsFile } from '../../src/rrsa/associations-file.ts';
import { parseSeed } from '../../src/sandbox/seed-file.ts';
import { demoFacts, demoYaml, injectionOn, providerArn } from '../kubernetes/demo.ts';
import { documents, refusedAs, spoiltTexts } from '../support/hostile.ts';

interface Parser {
  name: string;
  codes: readonly ErrorCode[];
  /** Nothing is wrong with these. */
  good: readonly string[];
  read: (text: string) => unknown;
}

const associations = `apiVersion: ack-ram-tool/v1
kind: RrsaAssociations
clusterId: c86fdd
helperAddon: true
roles:
  - name: oss-reader
    create: true
    description: reads the reports bucket
    maxSessionDuration: 1h
    serviceAccounts: &accounts
      - { namespace: reports, name: reader }
      - { namespace: "team-*", name: reader }
    systemPolicies: [AliyunOSSReadOnlyAccess]
    customPolicies: []
    policyDocuments: { reports-read: ./reports-read.json }
  - name: other # comment
    serviceAccounts: *accounts
`;

const seed = `apiVersion: ack-ram-tool/v1
kind: SandboxSeed
accounts:
  - id: "1000000000000001"
    users: [{ name: admin, accessKeyId: LTAIx, accessKeySecret: y, systemPolicies: [AdministratorAccess], customPolicies: [] }]
    roles:
      - { name: r, trustPolicy: { Version: "1", Statement: [] }, maxSessionDuration: 1h, systemPolicies: [], customPolicies: [p] }
    policies: [{ name: p, document: { Version: "1", Statement: [{ Effect: Allow, Action: "*", Resource: "*" }] } }]
    clusters:
      - { id: c123, name: foo, region: cn-hangzhou, version: 1.32.1-aliyun.1, type: ManagedKubernetes, profile: Default, state: running, rrsa: true, addons: [] }
`;

const kubeconfig = `apiVersion: v1
kind: Config
preferences: {}
clusters:
- name: kubernetes
  cluster:
    server: https://10.0.0.1:6443
    certificate-authority-data: Y2E=
contexts:
- name: admin-c1
  context: { cluster: kubernetes, user: "123" }
current-context: admin-c1
users:
- name: "123"
  user:
    client-certificate-data: Y2VydA==
    client-key-data: a2V5
`;

const entry = currentEntry(kubeconfig, 'it');
const exec = {
  command: 'x',
  args: [],
  apiVersion: 'v1',
  installHint: '',
  provideClusterInfo: false,
  interactiveMode: 'Never',
};
const manifest = `${demoYaml}---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, labels: &l {app: a, "alibabacloud.com/eci": "true"}}\nspec:\n  template:\n    metadata: {labels: *l}\n    spec:\n      containers: [{name: a, image: b}]\n`;
const listed = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [{ name: 'a' }] } }],
});

const parsers: readonly Parser[] = [
  {
    name: 'associations file',
    codes: ['FILE_INVALID'],
    good: [associations],
    read: (text) => parseAssociationsFile(text, 'a.yaml'),
  },
  {
    name: 'sandbox seed',
    codes: ['FILE_INVALID', 'FILE_UNREADABLE'],
    good: [seed],
    read: (text) => parseSeed(text, 'seed.yaml', async () => '{}'),
  },
  {
    name: 'kubeconfig of a user',
    codes: ['FILE_INVALID'],
    good: [kubeconfig],
    read(text) {
      const merged = mergeKubeconfig(text, { file: 'config', name: 'new', entry });
      expect(mergeKubeconfig(merged.text, { file: 'config', name: 'new', entry }).text).toBe(merged.text);
    },
  },
  {
    name: 'kubeconfig of ACK',
    codes: ['BAD_ANSWER'],
    good: [kubeconfig],
    async read(text) {
      withExecUsers(text, 'it', exec);
      await refusedAs(['BAD_ANSWER'], () => readSentKubeconfig({ text, what: 'it' }));
      clientCertificate(text, 'it');
    },
  },
  {
    name: 'manifests (inject)',
    codes: ['FILE_INVALID'],
    good: [manifest, listed, `${listed}\n${listed}`],
    async read(text) {
      const cluster = { namespaceLabels: async () => injectionOn, serviceAccountAnnotations: async () => undefined };
      const request = { text, name: 'pod.yaml', namespaceLabelled: true, roleName: 'role' };
      await injectManifests(request, { identity: { providerArn, roleArn: demoFacts.roleArn }, cluster });
    },
  },
  {
    name: 'manifests (eci annotate)',
    codes: ['FILE_INVALID'],
    good: [manifest, listed],
    read: (text) => annotateManifests({ text, name: 'pod.yaml', roleName: 'role' }),
  },
];

const lines = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join('\n');
const bomb = `a0: &a0 [x,x,x,x,x,x,x,x,x]\n${lines(30, (index) => `a${index + 1}: &a${index + 1} [${`*a${index},`.repeat(9)}]`)}\n`;
const bombOfMaps = `a0: &a0 {x: y}\n${lines(30, (index) => `a${index + 1}: &a${index + 1} {b: *a${index}, c: *a${index}, d: *a${index}}`)}\n`;
const bombOfMerges = `a0: &a0 {x: y}\n${lines(30, (index) => `a${index + 1}: &a${index + 1}\n  <<: [*a${index}, *a${index}, *a${index}]`)}\n`;

/** Each stands before a good document, in it, and alone. */
const giants: readonly [string, string][] = [
  ['a billion laughs', bomb],
  ['a billion laughs of maps', bombOfMaps],
  ['a billion laughs of merge keys', bombOfMerges],
  ['an anchor that holds itself', 'x: &a [*a, *a]\n'],
  ['a merge of itself', 'x: &a\n  <<: *a\n'],
  ['100000 open brackets', 'x: '.concat('['.repeat(100_000))],
  ['20000 open braces', 'x: '.concat('{a: '.repeat(20_000))],
  ['20000 nested sequences', `${'- '.repeat(20_000)}x\n`],
  ['10000 nested question marks', `${'? '.repeat(10_000)}x\n`],
  ['300 levels of indentation', lines(300, (index) => `${' '.repeat(index)}a:`)],
  ['a key twice', 'kind: a\nkind: b\n'],
  ['a function', 'x: !!js/function "function(){ process.exit(3) }"\n'],
  ['an object of Python', 'x: !!python/object/apply:os.system ["exit 3"]\n'],
  ['a tag of its own', '%TAG !e! tag:evil.example,2000:\n---\nx: !e!thing y\n'],
  ['a directive of another version', '%YAML 9.9\n---\nx: y\n'],
  ['__proto__', '__proto__:\n  polluted: true\nconstructor: {prototype: {polluted: true}}\n'],
  ['a merge of __proto__', 'x: &a {__proto__: {polluted: true}}\ny:\n  <<: *a\n'],
  ['a scalar of 900000 characters', `x: ${'y'.repeat(900_000)}\n`],
  ['a scalar of 50000 quotes', `x: ${'"'.repeat(50_000)}\n`],
  ['a folded scalar of 100000 lines', `x: >\n${'  y\n'.repeat(100_000)}`],
  ['20000 comments', '# c\n'.repeat(20_000)],
  ['20000 empty lines', '\n'.repeat(20_000)],
  ['5000 documents', '---\n'.repeat(5_000)],
  ['NUL bytes', '\0'.repeat(1000)],
  ['a byte order mark within', 'x: \uFEFFy\n\uFEFFz: 1\n'],
  ['lone surrogates', 'x: "\\ud800"\ny: \ud800\n'],
  ['what invalid UTF-8 became', Buffer.from([0x78, 0x3a, 0x20, 0xff, 0xfe, 0xc3, 0x28]).toString('utf8')],
  ['only carriage returns', 'x: y\rz: 1\r'],
  ['tabs', '\tx: y\n'],
  ['a map as a key', '{a: b}: c\n? [a, b]\n: d\n'],
];

/** The library would show what it finds odd on stderr, past the log: keys of a kubeconfig, for example. */
const warnings: unknown[] = [];
const onWarning = (warning: unknown): void => void warnings.push(warning);
process.on('warning', onWarning);
afterAll(() => {
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});

describe.each(parsers)('$name', ({ name, codes, good, read }) => {
  const refused = (text: string): unknown => refusedAs(codes, () => read(text));

  it('is read or refused, however it is spoilt', async () => {
    const arbitrary: fc.Arbitrary<string> = spoiltTexts([
      ...good,
      ...good.map((text) => text.replaceAll('\n', '\r\n')),
    ]);
    await documents(name, arbitrary, refused);
  }, 120_000);

  it.each(giants)('is read or refused with %s', async (_name, text) => {
    await refused(text);
    const [one = ''] = good;
    if (text.length < 10_000) await refused(text + one);
    await refused(one + text);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('is read or refused when it holds many of everything', async () => {
    for (const one of good) {
      const items = one.split('\n').filter((line) => /^\s*- /.test(line));
      for (const item of items)
        await refused(
          one.replace(
            item,
            lines(100, () => item),
          ),
        );
    }
  });
});

it('reads the good ones', async () => {
  for (const { good, read, name } of parsers) {
    for (const text of good) {
      if (name === 'kubeconfig of ACK')
        await expect((async () => read(text))()).rejects.toMatchObject({ code: 'BAD_ANSWER' });
      else await read(text);
    }
  }
});
