import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InjectionFacts, planInjection, serviceAccountOf } from '../../src/kubernetes/inject.ts';
import { applyChanges } from './apply-changes.ts';
import { demoFacts, demoPod, factsOf, injectedDemoPod, injectedVolume, providerArn } from './demo.ts';

interface Case {
  name: string;
  namespaceLabels: Record<string, unknown>;
  serviceAccountAnnotations: Record<string, unknown>;
  podAnnotations: Record<string, unknown>;
  containers: string[];
  initContainers?: string[];
  expect: { injected: string[]; expirationSeconds: number | null; notes: string[]; roleArn?: string };
}

const cases: Case[] = JSON.parse(readFileSync(new URL('../cases/kubernetes/injection.json', import.meta.url), 'utf8'));
const told = ['container-injected', 'volume-added'];
const tokenFile = '/var/run/secrets/ack.alibabacloud.com/rrsa-tokens/token';

describe('what is injected', () => {
  it.each(cases)('$name', ({ expect: wanted, ...given }) => {
    const pod = {
      metadata: { name: 'p', annotations: given.podAnnotations },
      spec: {
        ...(given.initContainers && { initContainers: given.initContainers.map((name) => ({ name })) }),
        containers: given.containers.map((name) => ({ name })),
      },
    };
    const { changes, notes } = planInjection(pod, factsOf(given.namespaceLabels, given.serviceAccountAnnotations));
    const { spec } = applyChanges(pod, changes) as { spec: Record<string, Record<string, unknown>[]> };
    const injected = [...(spec.initContainers ?? []), ...(spec.containers ?? [])].filter((each) => each.env);
    expect(injected.map(({ name }) => name)).toEqual(wanted.injected);
    for (const { env, volumeMounts } of injected) {
      expect(env).toEqual([
        { name: 'ALIBABA_CLOUD_ROLE_ARN', value: wanted.roleArn ?? 'acs:ram::1000000000000001:role/test-role' },
        { name: 'ALIBABA_CLOUD_OIDC_PROVIDER_ARN', value: providerArn },
        { name: 'ALIBABA_CLOUD_OIDC_TOKEN_FILE', value: tokenFile },
      ]);
      expect(volumeMounts).toEqual([
        { mountPath: '/var/run/secrets/ack.alibabacloud.com/rrsa-tokens', name: 'rrsa-oidc-token', readOnly: true },
      ]);
    }
    expect(spec.volumes).toEqual(
      wanted.expirationSeconds === null ? undefined : [injectedVolume(wanted.expirationSeconds)],
    );
    expect(notes.map(({ id }) => id).filter((id) => !told.includes(id))).toEqual(wanted.notes);
  });

  it('is for the demo of the documentation what the documentation shows, in its order', () => {
    const { changes } = planInjection(demoPod, demoFacts);
    expect(JSON.stringify(applyChanges(demoPod, changes))).toBe(JSON.stringify(injectedDemoPod));
  });

  it('says which container got what, and nothing of the values', () => {
    const { notes } = planInjection(demoPod, demoFacts);
    expect(notes).toEqual([
      {
        id: 'container-injected',
        warning: false,
        container: 'demo',
        message:
          'container "demo": added ALIBABA_CLOUD_ROLE_ARN, ALIBABA_CLOUD_OIDC_PROVIDER_ARN, ALIBABA_CLOUD_OIDC_TOKEN_FILE and the mount of the token',
      },
      {
        id: 'volume-added',
        warning: false,
        message: 'added volume rrsa-oidc-token, whose token is valid for 3600 s',
      },
    ]);
  });
});

describe('what is there already', () => {
  const withContainer = (container: object, spec: object = {}) => ({
    spec: { containers: [{ name: 'app', ...container }], ...spec },
  });
  const plan = (pod: unknown) => {
    const { changes, notes } = planInjection(pod, demoFacts);
    const warnings = notes.filter(({ warning }) => warning).map(({ id }) => id);
    return { pod: applyChanges(pod, changes) as ReturnType<typeof withContainer>, changes, notes, warnings };
  };

  it('keeps variables of other names, in front', () => {
    const { pod } = plan(withContainer({ env: [{ name: 'A', value: '1' }] }));
    const { env } = pod.spec.containers[0] as unknown as { env: { name: string }[] };
    expect(env.map(({ name }) => name)).toEqual([
      'A',
      'ALIBABA_CLOUD_ROLE_ARN',
      'ALIBABA_CLOUD_OIDC_PROVIDER_ARN',
      'ALIBABA_CLOUD_OIDC_TOKEN_FILE',
    ]);
  });

  it.each([
    ['a value', { name: 'ALIBABA_CLOUD_ROLE_ARN', value: 'acs:ram::1:role/other' }],
    ['an empty value', { name: 'ALIBABA_CLOUD_ROLE_ARN', value: '' }],
    ['no value', { name: 'ALIBABA_CLOUD_ROLE_ARN' }],
    ['a secret', { name: 'ALIBABA_CLOUD_ROLE_ARN', valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } }],
  ])('keeps a variable of the same name with %s, and says so', (_what, variable) => {
    const { pod, warnings, notes } = plan(withContainer({ env: [variable] }));
    const { env } = pod.spec.containers[0] as unknown as { env: { name: string }[] };
    expect(env[0]).toEqual(variable);
    expect(env.filter(({ name }) => name === 'ALIBABA_CLOUD_ROLE_ARN')).toHaveLength(1);
    expect(env).toHaveLength(3);
    expect(warnings).toEqual(['variable-kept']);
    expect(JSON.stringify(notes)).not.toContain('role/other');
  });

  it('says nothing of a variable that has the value already', () => {
    const variable = { name: 'ALIBABA_CLOUD_OIDC_TOKEN_FILE', value: tokenFile };
    expect(plan(withContainer({ env: [variable] })).warnings).toEqual([]);
  });

  it('keeps a volume of the same name, and says so', () => {
    const volume = { name: 'rrsa-oidc-token', emptyDir: {} };
    const { pod, warnings } = plan(withContainer({}, { volumes: [volume] }));
    expect(pod.spec).toMatchObject({ volumes: [volume] });
    expect(warnings).toEqual(['volume-kept']);
  });

  it('keeps a volume whose token lives as long as somebody wrote', () => {
    const { pod, warnings } = plan(withContainer({}, { volumes: [injectedVolume(900)] }));
    expect(pod.spec).toMatchObject({ volumes: [injectedVolume(900)] });
    expect(warnings).toEqual(['volume-kept']);
  });

  it('mounts nothing where something is mounted', () => {
    const mount = { name: 'mine', mountPath: '/var/run/secrets/ack.alibabacloud.com/rrsa-tokens/' };
    const { pod, warnings } = plan(withContainer({ volumeMounts: [mount] }));
    expect(pod.spec.containers[0]).toMatchObject({ volumeMounts: [mount] });
    expect(warnings).toEqual(['mount-kept']);
  });

  it('mounts the token at its place when it is mounted elsewhere as well', () => {
    const mount = { name: 'rrsa-oidc-token', mountPath: '/elsewhere' };
    const { pod } = plan(withContainer({ volumeMounts: [mount] }));
    expect((pod.spec.containers[0] as unknown as { volumeMounts: object[] }).volumeMounts).toHaveLength(2);
  });

  it('fills lists that are empty or null', () => {
    for (const empty of [() => [], () => null]) {
      const { pod } = plan(withContainer({ env: empty(), volumeMounts: empty() }, { volumes: empty() }));
      expect(pod.spec).toMatchObject({ volumes: [injectedVolume(3600)] });
      expect((pod.spec.containers[0] as unknown as { env: object[] }).env).toHaveLength(3);
    }
  });

  it('says that everything is there, and changes nothing', () => {
    const { changes, notes } = plan(injectedDemoPod);
    expect(changes).toEqual([]);
    expect(notes.map(({ id }) => id)).toEqual(['already-injected']);
  });
});

describe('hostile pods', () => {
  it.each([
    ['null', null],
    ['text', 'pod'],
    ['a list', []],
    ['no spec', {}],
    ['a spec that is a list', { spec: [] }],
    ['no containers', { spec: {} }],
    ['containers that are an object', { spec: { containers: {} } }],
  ])('%s is left alone', (_what, pod) => {
    const { changes, notes } = planInjection(pod, demoFacts);
    expect(changes).toEqual([]);
    expect(notes.map(({ id }) => id)).toEqual(['not-a-pod']);
  });

  it('leaves containers alone whose lists are none, and injects into the others', () => {
    const containers = [null, 'x', [], { name: 'a', env: {} }, { name: 'b', volumeMounts: 'x' }, { name: 'c' }];
    const { changes, notes } = planInjection({ spec: { containers } }, demoFacts);
    expect(notes.filter(({ id }) => id === 'container-unreadable')).toHaveLength(5);
    expect(changes.map(({ path }) => path.slice(0, 4).join('/'))).toEqual([
      'spec/containers/5/env',
      'spec/containers/5/volumeMounts',
      'spec/volumes',
    ]);
  });

  it('takes no setting from a prototype', () => {
    const facts: InjectionFacts = { ...demoFacts, namespaceLabels: JSON.parse('{"__proto__":{"a":1}}') };
    expect(planInjection(demoPod, facts).changes).toEqual([]);
  });

  it('cuts long text from the manifest in what it says', () => {
    const pod = {
      ...demoPod,
      metadata: { annotations: { 'pod-identity.alibabacloud.com/skip-containers': 'x'.repeat(9999) } },
    };
    for (const { message } of planInjection(pod, demoFacts).notes) expect(message.length).toBeLessThan(300);
  });

  it('injects whatever it is handed at most once, and never throws', () => {
    const name = fc.constantFrom('app', 'side', 'init', '', 'ALIBABA_CLOUD_ROLE_ARN', 'ALIBABA_CLOUD_OIDC_TOKEN_FILE');
    const mount = fc.record(
      { name: fc.constantFrom('rrsa-oidc-token', 'x'), mountPath: fc.constantFrom(tokenFile.slice(0, -6), '/x', '') },
      { requiredKeys: [] },
    );
    const entry = fc.record({ name, value: fc.constantFrom(tokenFile, 'x', 7, null) }, { requiredKeys: [] });
    const lists = <T>(item: fc.Arbitrary<T>) =>
      fc.oneof(fc.array(item, { maxLength: 4 }), fc.anything({ maxDepth: 1 }));
    const container = fc.record({ name, env: lists(entry), volumeMounts: lists(mount) }, { requiredKeys: ['name'] });
    const spec = fc.record(
      {
        containers: lists(fc.oneof(container, fc.anything({ maxDepth: 1 }))),
        initContainers: lists(container),
        volumes: fc.oneof(fc.array(fc.oneof(fc.constant(injectedVolume(3600)), mount)), fc.constant(undefined)),
      },
      { requiredKeys: ['containers'] },
    );
    const annotations = fc.dictionary(
      fc.constantFrom(
        'pod-identity.alibabacloud.com/only-containers',
        'pod-identity.alibabacloud.com/skip-containers',
        'pod-identity.alibabacloud.com/service-account-token-expiration',
      ),
      fc.constantFrom('app', 'app,side', '7200', '', 'init, app'),
    );
    fc.assert(
      fc.property(fc.record({ metadata: fc.record({ annotations }), spec }), (pod) => {
        const once = applyChanges(pod, planInjection(pod, demoFacts).changes);
        expect(planInjection(once, demoFacts).changes).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the service account of a pod', () => {
  it.each([
    [{ spec: { serviceAccountName: 'a', serviceAccount: 'b' } }, 'a'],
    [{ spec: { serviceAccount: 'b' } }, 'b'],
    [{ spec: { serviceAccountName: '' } }, 'default'],
    [{ spec: { serviceAccountName: 7 } }, 'default'],
    [{ spec: {} }, 'default'],
    [undefined, 'default'],
  ])('of %j is %s', (pod, wanted) => {
    expect(serviceAccountOf(pod)).toBe(wanted);
  });
});
