import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { type ClusterFacts, noCluster } from '../../src/kubernetes/cluster-facts.ts';
import { planInjection } from '../../src/kubernetes/inject.ts';
import { type InjectRequest, injectManifests } from '../../src/kubernetes/inject-manifests.ts';
import { applyChanges } from './apply-changes.ts';
import { demoFacts, demoYaml, factsOf, injectedDemoPod, injectionOn, providerArn } from './demo.ts';

const identity = { providerArn, roleArn: demoFacts.roleArn };
const roleName = 'ack-pod-identity-webhook-demo';
const forced = { namespaceLabelled: true, roleName };

function inject(text: string, request: Partial<InjectRequest> = forced, cluster: ClusterFacts = noCluster) {
  return injectManifests({ text, name: 'pod.yaml', ...request }, { identity, cluster });
}

const valuesOf = (text: string): unknown[] =>
  [...parseAllDocuments(text, { version: '1.1' })].map((document) => document.toJS());

/** Lines of `text` in order, each still there in `more`. */
function keepsLines(text: string, more: string): boolean {
  const lines = more.split('\n');
  return text.split('\n').every((line) => {
    const index = lines.indexOf(line);
    lines.splice(0, index + 1);
    return index >= 0;
  });
}

describe('the demo of the documentation', () => {
  it('comes out as the documentation shows it, field by field', async () => {
    const { text, workloads, rewritten } = await inject(demoYaml, {});
    const [namespace, serviceAccount, pod] = valuesOf(text);
    expect(pod).toEqual(injectedDemoPod);
    expect([namespace, serviceAccount]).toEqual(valuesOf(demoYaml).slice(0, 2));
    expect(rewritten).toEqual([]);
    expect(workloads).toMatchObject([{ name: 'Pod rrsa-demo/demo', changed: true }]);
  });

  it('gains lines and loses none', async () => {
    const { text } = await inject(demoYaml, {});
    expect(text.startsWith(demoYaml.slice(0, demoYaml.indexOf('      name: demo\n')))).toBe(true);
    expect(text.slice(text.indexOf('      name: demo\n'))).toBe(`      name: demo
      env:
        - name: ALIBABA_CLOUD_ROLE_ARN
          value: acs:ram::1000000000000001:role/ack-pod-identity-webhook-demo
        - name: ALIBABA_CLOUD_OIDC_PROVIDER_ARN
          value: ${providerArn}
        - name: ALIBABA_CLOUD_OIDC_TOKEN_FILE
          value: /var/run/secrets/ack.alibabacloud.com/rrsa-tokens/token
      volumeMounts:
        - mountPath: /var/run/secrets/ack.alibabacloud.com/rrsa-tokens
          name: rrsa-oidc-token
          readOnly: true
  restartPolicy: OnFailure
  volumes:
    - name: rrsa-oidc-token
      projected:
        defaultMode: 420
        sources:
          - serviceAccountToken:
              audience: sts.aliyuncs.com
              expirationSeconds: 3600
              path: token
`);
  });

  it('is the same the second time, to the byte', async () => {
    const { text } = await inject(demoYaml, {});
    expect((await inject(text, {})).text).toBe(text);
  });
});

describe('layouts', () => {
  const pods: Record<string, string> = {
    'lists in the column of their key': `
apiVersion: v1
kind: Pod
metadata:
  name: demo
spec:
  # the app
  containers:
  - name: app   # main
    env:
    - name: A
      value: "1"
    # no more variables

    image: x
  # a sidecar
  - name: side
    command: [sh, -c]
    args:
    - |
      echo one

      echo two
  volumes:
  - {name: tmp, emptyDir: {}}
# the end
`,
    'four columns, keys out of order, odd numbers': `spec:
    volumes:   [ ]
    terminationGracePeriodSeconds:   010
    containers:
        -   image: x
            env: [ {name: A, value: "1"} , ]
            name: app
            securityContext: {runAsUser: 1_000, foo: 12345678901234567890}
kind: Pod
apiVersion: v1
`,
    'no line feed at the end': 'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: app',
    'carriage returns':
      'apiVersion: v1\r\nkind: Pod\r\nspec:\r\n  containers:\r\n    - name: app\r\n      image: x\r\n',
    'a byte order mark': '\ufeffapiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: app\n',
    'null lists':
      'apiVersion: v1\nkind: Pod\nspec:\n  volumes:\n  containers:\n    - name: app\n      env:\n      volumeMounts: ~\n',
    'one line': 'apiVersion: v1\nkind: Pod\nspec: {containers: [{name: app, image: x}]}\n',
    'a comment within brackets': 'apiVersion: v1\nkind: Pod\nspec: {containers: [{name: app, # here\n  image: x}]}\n',
    'a text block at the end':
      'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: app\n      args:\n        - >-\n          long\n          text\n\n\n# end\n',
    'anchors and aliases': `apiVersion: v1
kind: Pod
spec:
  containers:
    - &app
      name: app
      env: &env
        - {name: A, value: "1"}
    - <<: *app
      name: side # by the app
    - name: third
      env: *env
`,
    'compact JSON':
      '{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"name":"app","env":[],"n":12345678901234567890}]}}\n',
    'tall JSON': `${JSON.stringify({ apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ name: 'app', env: [{ name: 'A' }] }] } }, null, 4)}\n`,
  };

  it.each(Object.entries(pods))('%s: says what it should, and the same twice', async (_name, before) => {
    const { text } = await inject(before);
    const [pod] = valuesOf(before);
    const wanted = applyChanges(JSON.parse(JSON.stringify(pod)), planInjection(pod, demoFacts).changes);
    expect(JSON.parse(JSON.stringify(valuesOf(text)))).toEqual([wanted]);
    expect((await inject(text)).text).toBe(text);
  });

  it.each(['lists in the column of their key', 'no line feed at the end', 'a text block at the end'])(
    '%s: every line stays as it is',
    async (name) => {
      const before = pods[name] ?? '';
      const { text, rewritten } = await inject(before);
      expect(rewritten).toEqual([]);
      expect(keepsLines(before, text)).toBe(true);
    },
  );

  it('keeps odd spellings within brackets', async () => {
    const { text, rewritten } = await inject(pods['four columns, keys out of order, odd numbers'] ?? '');
    expect(rewritten).toEqual([]);
    for (const kept of ['   010\n', '1_000', '12345678901234567890', 'volumes:   [']) expect(text).toContain(kept);
  });

  it('writes no line feed where lines end in two characters', async () => {
    const { text } = await inject(pods['carriage returns'] ?? '');
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });

  it('leaves JSON JSON, in its layout', async () => {
    const compact = (await inject(pods['compact JSON'] ?? '')).text;
    expect(compact.trimEnd()).not.toMatch(/\s/);
    expect(compact).toContain('"n":12345678901234567890');
    const tall = (await inject(pods['tall JSON'] ?? '')).text;
    expect(tall).toBe(`${JSON.stringify(JSON.parse(tall), null, 4)}\n`);
  });

  it('writes aliases out, keeps comments, and says that it did', async () => {
    const { text, rewritten } = await inject(pods['anchors and aliases'] ?? '');
    expect(rewritten).toEqual([1]);
    expect(text).toContain('# by the app');
    expect(text).not.toMatch(/[&*]app|<</);
  });

  it('leaves a document alone, aliases and all, that nothing is injected into', async () => {
    const text = `a:   &x [1,   2]\nb: *x\n--- # next\nkind:   Pod\napiVersion: apps/v1\n...\n---\n${pods['anchors and aliases']}`;
    expect((await inject(text, { namespaceLabelled: true, roleName: 'not a role' })).text).toBe(text);
  });
});

describe('streams', () => {
  const pod = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name }] },
  });
  const changedNames = async (text: string): Promise<string[]> => {
    const result = await inject(text);
    expect((await inject(result.text)).text).toBe(result.text);
    return result.workloads.filter(({ changed }) => changed).map(({ name }) => name);
  };

  it('reads JSON values one after the other', async () => {
    const text = `${JSON.stringify(pod('a'))}\n${JSON.stringify(pod('b'), null, 2)}${JSON.stringify(pod('c{"'))}\n`;
    expect(await changedNames(text)).toEqual(['Pod default/a', 'Pod default/b', 'Pod default/c{"']);
  });

  it('reads JSON between YAML markers', async () => {
    const text = `${JSON.stringify(pod('a'))}\n---\n${stringify(pod('b'))}---\n`;
    expect(await changedNames(text)).toEqual(['Pod default/a', 'Pod default/b']);
  });

  it('reads markers with comments and directives', async () => {
    const text = `%YAML 1.1\n--- # first\n${stringify(pod('a'))}...\n# between\n---\n${stringify(pod('b'))}...\n`;
    expect(await changedNames(text)).toEqual(['Pod default/a', 'Pod default/b']);
  });

  it.each(['', '\n', '# nothing\n', '---\n', '---\n---\n', 'just text\n', '[1, 2]\n', '{}', 'null'])(
    'gives %j back as it is',
    async (text) => {
      expect(await inject(text)).toEqual({ text, workloads: [], rewritten: [] });
    },
  );

  it('finds the pods of every kind, and of lists of them', async () => {
    const template = { spec: { containers: [{ name: 'app' }] } };
    const apps = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].map((kind) => ({
      apiVersion: 'apps/v1',
      kind,
      metadata: { name: 'x', namespace: 'web' },
      spec: { template },
    }));
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { generateName: 'x-' }, spec: { template } };
    const cron = { ...job, kind: 'CronJob', spec: { jobTemplate: { spec: { template } } } };
    const other = { apiVersion: 'serving.example.com/v1', kind: 'Deployment', spec: { template } };
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: [...apps, { apiVersion: 'v1', kind: 'List', items: [job, cron] }, other],
    };
    const names = [
      'Deployment web/x',
      'StatefulSet web/x',
      'DaemonSet web/x',
      'ReplicaSet web/x',
      'Job default/x-',
      'CronJob default/x-',
    ];
    expect(await changedNames(stringify(list))).toEqual(names);
    expect(await changedNames(JSON.stringify(list))).toEqual(names);
    const { text } = await inject(stringify(list));
    expect(parse(text).items[5]).toEqual(other);
    expect(parse(text).items[4].items[1].spec.jobTemplate.spec.template.spec.volumes).toHaveLength(1);
  });

  it('reads annotations of the pod from the template, not from the workload', async () => {
    const annotations = { 'pod-identity.alibabacloud.com/skip-containers': 'app' };
    const template = { metadata: { annotations }, spec: { containers: [{ name: 'app' }, { name: 'b' }] } };
    const metadata = { annotations: { 'pod-identity.alibabacloud.com/skip-containers': 'b' } };
    const { text } = await inject(
      stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { template } }),
    );
    const { containers } = parse(text).spec.template.spec;
    expect(containers.map((container: { env?: unknown }) => container.env !== undefined)).toEqual([false, true]);
  });
});

describe('where labels and annotations come from', () => {
  const pod =
    'apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: ns}\nspec: {serviceAccountName: sa, containers: [{name: a}]}\n';
  const namespace = (label: string) =>
    `apiVersion: v1\nkind: Namespace\nmetadata: {name: ns, labels: {pod-identity.alibabacloud.com/injection: ${label}}}\n---\n`;
  const serviceAccount = (role: string, ns = 'ns') =>
    `apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: sa, namespace: ${ns}, annotations: {pod-identity.alibabacloud.com/role-name: ${role}}}\n---\n`;
  const ids = async (text: string, request: Partial<InjectRequest> = {}, cluster?: ClusterFacts) =>
    (await inject(text, request, cluster)).workloads.flatMap(({ notes }) => notes.map(({ id }) => id));
  const injected = ['container-injected', 'volume-added'];

  it('the text comes before flags and cluster', async () => {
    const asked: string[] = [];
    const ask = async (...names: string[]) => {
      asked.push(names.join('/'));
      return {};
    };
    const cluster: ClusterFacts = { namespaceLabels: ask, serviceAccountAnnotations: ask };
    expect(await ids(namespace('off') + pod, forced, cluster)).toEqual(['namespace-not-labelled']);
    expect(await ids(namespace("'on'") + serviceAccount('x y') + pod, forced, cluster)).toEqual(['invalid-role-name']);
    expect(await ids(namespace("'on'") + serviceAccount('role') + pod, {}, cluster)).toEqual(injected);
    expect(asked).toEqual([]);
  });

  it('a label without quotes is a boolean, as kubectl takes it, and is told', async () => {
    const { workloads } = await inject(namespace('on') + serviceAccount('role') + pod, {});
    expect(workloads[0]?.notes[0]).toMatchObject({ id: 'namespace-not-labelled', warning: true });
    expect(workloads[0]?.notes[0]?.message).toContain('quotes');
  });

  it('a service account of another namespace does not count', async () => {
    await expect(ids(namespace("'on'") + serviceAccount('role', 'other') + pod)).rejects.toMatchObject({
      code: 'USAGE',
    });
  });

  it('a later document counts for an earlier one', async () => {
    expect(await ids(`${pod}---\n${serviceAccount('role')}${namespace("'on'")}`)).toEqual(injected);
  });

  it('the cluster is asked once about each, and only about what decides', async () => {
    const asked: string[] = [];
    const cluster = (labels: object | undefined): ClusterFacts => ({
      namespaceLabels: async (name) => {
        asked.push(name);
        return labels as Record<string, unknown> | undefined;
      },
      serviceAccountAnnotations: async (ns, name) => {
        asked.push(`${ns}/${name}`);
        return { 'pod-identity.alibabacloud.com/role-name': roleName };
      },
    });
    const two = `${pod}---\n${pod}`;
    expect(await ids(two, {}, cluster(injectionOn))).toEqual([...injected, ...injected]);
    expect(asked.splice(0)).toEqual(['ns', 'ns/sa']);
    expect(await ids(two, {}, cluster(undefined))).toEqual(['namespace-not-labelled', 'namespace-not-labelled']);
    expect(asked).toEqual(['ns']);
  });

  it('what nobody says is an error that names the flag', async () => {
    await expect(inject(pod, {})).rejects.toMatchObject({
      code: 'USAGE',
      message: 'namespace "ns" is not among the manifests, and there is no cluster to ask',
      hint: 'pass --namespace-labelled, or --kubeconfig FILE',
    });
    await expect(inject(pod, { namespaceLabelled: true })).rejects.toMatchObject({
      code: 'USAGE',
      message: 'service account "ns/sa" is not among the manifests, and there is no cluster to ask',
      hint: 'pass --role-name NAME, or --kubeconfig FILE',
    });
  });
});

describe('bad manifests', () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
    .split('')
    .map((key, index) => `${key}: &${key} [${`*${'abcdefgh'[index]},`.repeat(9)}]`)
    .join('\n')}\n`;

  it.each([
    ['a key twice', 'a: 1\n---\nkind: Pod\nkind: Pod\n', 'pod.yaml:4:1: '],
    ['a key twice in JSON', '{"kind":"Pod","kind":"Pod"}', 'pod.yaml:1:15: '],
    ['no YAML', 'a: [1\nb: 2\n', 'pod.yaml:'],
    ['an alias of nothing', 'a: *b\n', 'pod.yaml:1:'],
    ['a bomb of aliases', bomb, 'aliases'],
    ['thousands of brackets', '['.repeat(100_000), 'pod.yaml'],
    ['too much of everything', `# ${'x'.repeat(4 * 1024 * 1024)}`, 'too large'],
  ])('%s is refused', async (_what, text, says) => {
    const error = await inject(text).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'FILE_INVALID' });
    expect((error as Error).message).toContain(says);
  });

  it('says nothing of what a broken manifest holds but where it breaks', async () => {
    const error = await inject('apiVersion: v1\nkind: Secret\nstringData: {password: planted-secret\n').catch((e) => e);
    expect(error.message).not.toContain('planted-secret');
  });
});

describe('whatever a pod looks like', () => {
  const word = fc.constantFrom(
    'app',
    'on',
    '007',
    'a b',
    'x: y',
    '# no',
    "it's",
    '"',
    'ü',
    '',
    'multi\nline\n',
    ' lead',
  );
  const named = fc.record(
    { name: word, value: fc.oneof(word, fc.integer(), fc.constant(null)) },
    { requiredKeys: ['name'] },
  );
  const list = <T>(item: fc.Arbitrary<T>) => fc.option(fc.array(item, { maxLength: 3 }), { nil: undefined });
  const container = fc.record(
    { name: word, env: list(named), args: list(word), volumeMounts: list(named) },
    { requiredKeys: ['name'] },
  );
  const pod = fc.record({
    apiVersion: fc.constant('v1'),
    metadata: fc.record({ name: word, labels: fc.dictionary(word, word, { maxKeys: 2 }) }),
    spec: fc.record(
      {
        volumes: list(named),
        containers: fc.array(container, { minLength: 1, maxLength: 3 }),
        initContainers: list(container),
      },
      { requiredKeys: ['containers'] },
    ),
    kind: fc.constant('Pod'),
  });
  const layout = fc.record({
    indent: fc.constantFrom(2, 3, 4, 8),
    indentSeq: fc.boolean(),
    collectionStyle: fc.constantFrom('flow' as const, 'any' as const),
    flowCollectionPadding: fc.boolean(),
    lineWidth: fc.constantFrom(0, 20, 80),
  });

  it('it comes out as the rules say, in any layout, and the same twice', async () => {
    await fc.assert(
      fc.asyncProperty(pod, layout, async (value, options) => {
        const text = stringify(value, { version: '1.1', ...options });
        const { text: out } = await inject(text);
        const [before] = valuesOf(text);
        const wanted = applyChanges(
          before,
          planInjection(before, factsOf(injectionOn, { 'pod-identity.alibabacloud.com/role-name': roleName })).changes,
        );
        expect(isDeepStrictEqual(valuesOf(out), [wanted])).toBe(true);
        expect((await inject(out)).text).toBe(out);
      }),
      { numRuns: 150 },
    );
  });
});
