import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { annotateManifests, eciLabel, eciRoleAnnotation } from '../../src/eci/annotate.ts';

const roleName = 'ECIRamRoleTest';
const annotate = (text: string, role = roleName) => annotateManifests({ text, name: 'pod.yaml', roleName: role });
const valuesOf = (text: string): unknown[] => parseAllDocuments(text, { version: '1.1' }).map((one) => one.toJS());
const annotated = { [eciRoleAnnotation]: roleName };

/** "Assign a RAM role to a pod" of the ECI documentation, without and with the annotation. */
const deployment = (annotations: string) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: test
  labels:
    app: test
spec:
  replicas: 1
  selector:
    matchLabels:
      app: test
  template:
    metadata:
      name: test
      labels:
        app: test
        alibabacloud.com/eci: "true" 
${annotations}    spec:
      containers:
      - name: test
        image: registry.cn-shanghai.aliyuncs.com/eci_open/centos:7
        command: ["sleep"]
        args: ["3600"]
`;
const documented = (role: string) =>
  deployment(`      annotations:
        k8s.aliyun.com/eci-ram-role-name : "${role}"   # Assign the RAM role.
`);

describe('eci annotate', () => {
  it('makes of the Deployment of the documentation what the documentation shows', async () => {
    const { text, workloads, rewritten } = await annotate(deployment(''));
    expect(text).toBe(deployment(`      annotations:\n        ${eciRoleAnnotation}: ${roleName}\n`));
    expect(valuesOf(text)).toEqual(valuesOf(documented(roleName)));
    expect(rewritten).toEqual([]);
    expect(workloads).toEqual([
      {
        name: 'Deployment default/test',
        changed: true,
        notes: [{ warning: false, message: `gets RAM role ${roleName}` }],
      },
    ]);
  });

  it('fills the placeholder of the documentation in, quotes and comment kept', async () => {
    const { text, workloads, rewritten } = await annotate(documented('${your_ram_role_name}'));
    expect(text).toBe(documented(roleName));
    expect(rewritten).toEqual([]);
    expect(workloads[0]?.notes).toEqual([
      { warning: false, message: 'gets RAM role ECIRamRoleTest instead of "${your_ram_role_name}"' },
    ]);
  });

  it('leaves what has the role already as it is, to the byte', async () => {
    const { text, workloads } = await annotate(documented(roleName));
    expect(text).toBe(documented(roleName));
    expect(workloads[0]).toMatchObject({ changed: false, notes: [{ message: `has RAM role ${roleName} already` }] });
  });

  it('annotates every kind that makes pods, in its pod template only', async () => {
    const template = { metadata: { labels: { [eciLabel]: 'true' } }, spec: {} };
    const metadata = { name: 'x', annotations: { own: 'a' } };
    const workload = (apiVersion: string, kind: string, spec: object) => ({ apiVersion, kind, metadata, spec });
    const apps = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'];
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: [
        ...apps.map((kind) => workload('apps/v1', kind, { template })),
        workload('batch/v1', 'Job', { template }),
        workload('batch/v1', 'CronJob', { jobTemplate: { metadata, spec: { template } } }),
        workload('v1', 'Service', { template }),
        workload('example.com/v1', 'Deployment', { template }),
      ],
    };
    for (const text of [stringify(list), JSON.stringify(list), JSON.stringify(list, null, 2)]) {
      const result = await annotate(text);
      expect(result.workloads.map(({ name }) => name.split(' ')[0])).toEqual([...apps, 'Job', 'CronJob']);
      const withRole = { ...template, metadata: { ...template.metadata, annotations: annotated } };
      expect(parse(result.text)).toEqual({
        ...list,
        items: [
          ...apps.map((kind) => workload('apps/v1', kind, { template: withRole })),
          workload('batch/v1', 'Job', { template: withRole }),
          workload('batch/v1', 'CronJob', { jobTemplate: { metadata, spec: { template: withRole } } }),
          ...list.items.slice(-2),
        ],
      });
    }
  });

  it('annotates a bare Pod, whatever metadata it has', async () => {
    for (const metadata of [
      '',
      'metadata:\n',
      'metadata: {}\n',
      'metadata:\n  annotations:\n',
      'metadata: {annotations: {}}\n',
    ]) {
      const { text } = await annotate(`apiVersion: v1 # as it is\nkind: Pod\n${metadata}spec: {}\n`);
      expect(parse(text), metadata).toEqual({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { annotations: annotated },
        spec: {},
      });
      expect(text, metadata).toContain('# as it is');
    }
  });

  it('goes through a stream of many documents and leaves all others to the byte', async () => {
    const other = '--- # values\nkind:   ConfigMap\napiVersion: v1\ndata: {a:   "1" , b: 0x1F}\n';
    const pod = '---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: a # first\nspec: {}\n';
    const { text, workloads } = await annotate(`${other}${pod}${other}${pod}`);
    const after = `${pod.replace('spec', `  annotations:\n    ${eciRoleAnnotation}: ${roleName}\nspec`)}`;
    expect(text).toBe(`${other}${after}${other}${after}`);
    expect(workloads).toHaveLength(2);
  });

  it('writes aliases out where one pod gets a role that the other must not get', async () => {
    const text = `apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: Pod, metadata: &m {name: a, labels: {alibabacloud.com/eci: "true"}}}
  - {apiVersion: v1, kind: ConfigMap, metadata: *m}
`;
    const result = await annotate(text);
    expect(result.rewritten).toEqual([1]);
    const { items } = parse(result.text);
    expect(items[0].metadata.annotations).toEqual(annotated);
    expect(items[1].metadata).toEqual({ name: 'a', labels: { [eciLabel]: 'true' } });
  });

  it.each(['007', 'true', '1e3', 'no', 'a.b-c'])(
    'takes %s for the name of a role, and a text it stays',
    async (role) => {
      const { text } = await annotate(deployment(''), role);
      expect(parse(text, { version: '1.1' }).spec.template.metadata.annotations[eciRoleAnnotation]).toBe(role);
      expect(parse(text).spec.template.metadata.annotations[eciRoleAnnotation]).toBe(role);
    },
  );

  it('finds nothing to annotate where there is no pod', async () => {
    for (const text of ['', '# nothing\n', 'kind: Service\napiVersion: v1\n', '[1, 2]\n', 'text']) {
      expect(await annotate(text)).toEqual({ text, workloads: [], rewritten: [] });
    }
  });
});

describe('the warnings of eci annotate', () => {
  const warningsOf = async (text: string) => {
    const { workloads } = await annotate(text);
    return workloads.flatMap(({ notes }) => notes.filter(({ warning }) => warning).map(({ message }) => message));
  };
  const pod = (labels: string) => `apiVersion: v1\nkind: Pod\nmetadata: {labels: ${labels}}\n`;

  it('name a label that is missing, or that stands elsewhere', async () => {
    expect(await warningsOf(pod('{alibabacloud.com/eci: "true"}'))).toEqual([]);
    for (const text of [
      pod('{}'),
      pod('null'),
      pod('{alibabacloud.com/eci: "false"}'),
      'apiVersion: v1\nkind: Pod\n',
    ]) {
      expect(await warningsOf(text)).toEqual([
        expect.stringContaining('no label alibabacloud.com/eci: "true" in its metadata'),
      ]);
    }
    const elsewhere = `apiVersion: apps/v1\nkind: Deployment\nmetadata: {labels: {alibabacloud.com/eci: "true"}}\nspec: {template: {}}\n`;
    expect(await warningsOf(elsewhere)).toEqual([expect.stringContaining('the metadata of its pod template')]);
  });

  it('name a label that is a boolean for want of quotes', async () => {
    expect(await warningsOf(pod('{alibabacloud.com/eci: true}'))).toEqual([
      expect.stringContaining('in quotes: "true"'),
    ]);
  });

  it.each([
    ['no pod template', 'apiVersion: apps/v1\nkind: Deployment\nspec: {replicas: 1}\n'],
    ['metadata is not a mapping', 'apiVersion: v1\nkind: Pod\nmetadata: [1]\n'],
    ['annotations in its metadata are not a mapping', 'apiVersion: v1\nkind: Pod\nmetadata: {annotations: x}\n'],
  ])('say that a manifest is left alone which has %s', async (says, text) => {
    expect((await annotate(text)).text).toBe(text);
    expect((await warningsOf(text))[0]).toContain(says);
  });
});

describe('bad input of eci annotate', () => {
  it.each(['', '..', 'a/b', 'a b', 'x'.repeat(65), 'a\nb: c'])('refuses %j for the name of a role', async (role) => {
    await expect(annotate(deployment(''), role)).rejects.toMatchObject({ code: 'USAGE' });
  });

  it.each(['kind: [\n', 'kind: Pod\nkind: Pod\n', '['.repeat(50_000), '# '.padEnd(5 * 1024 * 1024, 'x')])(
    'refuses what is no manifest',
    async (text) => {
      await expect(annotate(text)).rejects.toMatchObject({ code: 'FILE_INVALID' });
    },
  );
});

describe('whatever the manifest', () => {
  const word = fc.constantFrom(
    'a',
    'on',
    '007',
    'x: y',
    '# no',
    "it's",
    '"',
    'ü',
    '',
    'multi\nline\n',
    eciRoleAnnotation,
  );
  const texts = fc.dictionary(word, word, { maxKeys: 3 });
  const metadata = fc.option(
    fc.record({ name: word, labels: texts, annotations: fc.option(texts) }, { requiredKeys: [] }),
  );
  const template = fc.record(
    {
      metadata,
      spec: fc.record({
        containers: fc.array(fc.record({ name: word, env: fc.array(texts, { maxLength: 2 }) }), { maxLength: 2 }),
      }),
    },
    { requiredKeys: [] },
  );
  const own = { metadata: fc.record({ name: word, annotations: texts }) };
  const workload = fc.oneof(
    fc.record(
      { apiVersion: fc.constant('v1'), kind: fc.constant('Pod'), metadata, status: word },
      { requiredKeys: ['apiVersion', 'kind'] },
    ),
    fc.record({
      ...own,
      spec: fc.record({ template }),
      kind: fc.constant('Deployment'),
      apiVersion: fc.constant('apps/v1'),
    }),
    fc.record({ ...own, kind: fc.constant('ConfigMap'), apiVersion: fc.constant('v1'), data: texts }),
  );
  const list = fc.record({
    kind: fc.constant('List'),
    apiVersion: fc.constant('v1'),
    items: fc.array(workload, { maxLength: 3 }),
  });
  const layout = fc.record({
    indent: fc.constantFrom(2, 4),
    indentSeq: fc.boolean(),
    collectionStyle: fc.constantFrom('flow' as const, 'any' as const),
    defaultStringType: fc.constantFrom('PLAIN' as const, 'QUOTE_DOUBLE' as const, 'QUOTE_SINGLE' as const),
  });

  // biome-ignore lint/suspicious/noExplicitAny: any manifest
  const expected = (value: any): unknown => {
    const pod = (one: { metadata?: object | null }) => {
      const before = (one.metadata ?? {}) as { annotations?: object | null };
      return { ...one, metadata: { ...before, annotations: { ...before.annotations, ...annotated } } };
    };
    if (value.kind === 'List') return { ...value, items: value.items.map(expected) };
    if (value.kind === 'Pod') return pod(value);
    if (value.kind !== 'Deployment') return value;
    return { ...value, spec: { ...value.spec, template: pod(value.spec.template) } };
  };

  it('its pods have the role, nothing else is changed, and doing it twice is doing it once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(workload, list), { minLength: 1, maxLength: 3 }),
        layout,
        async (values, options) => {
          const text = values
            .map((value) => `---\n${stringify(value, { version: '1.1', lineWidth: 0, ...options })}`)
            .join('');
          const once = await annotate(text);
          expect(valuesOf(once.text)).toEqual(values.map(expected));
          const twice = await annotate(once.text);
          expect(twice.text).toBe(once.text);
          expect(twice.workloads.every(({ changed }) => !changed)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
