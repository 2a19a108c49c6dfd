import { describe, expect, it } from 'vitest';
import { ToolError } from '../../../src/errors.ts';
import * as settings from '../../../src/kubernetes/inject-settings.ts';
import { kubernetesChecks } from '../../../src/rrsa/doctor/kubernetes-checks.ts';
import {
  annotatedRole,
  type InjectionOutcome,
  injectionLabel,
  type KubernetesPort,
  kubernetesPatient,
  lifetime,
  lifetimeAnnotation,
  type NamespaceFacts,
  type PodFacts,
  roleNameAnnotation,
  type ServiceAccountFacts,
} from '../../../src/rrsa/doctor/kubernetes-patient.ts';
import type { KubernetesSide } from '../../../src/rrsa/doctor/kubernetes-place.ts';
import type { RoleAsked } from '../../../src/rrsa/doctor/patient.ts';
import { runChecks } from '../../../src/rrsa/doctor/run.ts';
import { ACCOUNT, CLUSTER_ID, cluster, PROVIDER_ARN } from '../fakes.ts';

const roleArn = `acs:ram::${ACCOUNT}:role/oss-reader`;
const tokenFile = '/var/run/secrets/ack.alibabacloud.com/rrsa-tokens/token';

/** A healthy cluster; a test changes what it plants. */
function planted() {
  const main = { name: 'main', roleArn, providerArn: PROVIDER_ARN, tokenFile } as PodFacts['containers'][number];
  const pod: PodFacts = {
    name: 'reader-1',
    serviceAccount: 'reader',
    restartable: { kind: 'deployment', name: 'reader' },
    containers: [main],
    token: { audience: 'sts.aliyuncs.com', expirationSeconds: 3600 },
  };
  const plan: InjectionOutcome = {
    roleArn,
    expirationSeconds: 3600,
    tokenFile,
    lacking: [],
    otherMount: [],
    leftOut: [],
    oddities: [],
  };
  return {
    asked: { clusterId: CLUSTER_ID, namespace: 'app', serviceAccount: 'reader' } as KubernetesSide['asked'],
    podAsked: undefined as string | undefined,
    role: { name: 'oss-reader', from: 'flag' } as RoleAsked | undefined,
    provider: PROVIDER_ARN as string | undefined,
    namespace: { injection: 'on' } as NamespaceFacts | undefined,
    serviceAccount: { roleName: 'oss-reader', lifetime: undefined } as ServiceAccountFacts | undefined,
    main,
    pod,
    pods: [pod],
    plan: plan as InjectionOutcome | undefined,
    ofPlan: plan,
    webhooks: ['ack-pod-identity-webhook'] as string[] | undefined,
    /** What the API server does instead of answering. */
    refusal: undefined as Error | undefined,
    absent: undefined as string | undefined,
    reads: [] as string[],
    writes: [] as string[],
  };
}

type Planted = ReturnType<typeof planted>;

function patientOf(state: Planted): KubernetesSide {
  const read = async <T>(what: string, answer: T): Promise<T> => {
    state.reads.push(what);
    if (state.refusal !== undefined) throw state.refusal;
    return answer;
  };
  const port: KubernetesPort = {
    kubectl: 'kubectl',
    namespace: (name) => read(`namespace ${name}`, state.namespace),
    serviceAccount: (namespace, name) => read(`service account ${namespace}/${name}`, state.serviceAccount),
    pod: (_, name) =>
      read(
        `pod ${name}`,
        state.pods.find((pod) => pod.name === name),
      ),
    podsOf: () => read('pods', state.pods),
    injectionWebhooks: () => read('webhooks', state.webhooks),
    planInjection: () => state.plan,
    labelNamespace: async (name) => void state.writes.push(`label ${name}`),
    annotateServiceAccount: async (...words) => void state.writes.push(`annotate ${words.join(' ')}`),
  };
  const { rrsa, ...rest } = cluster();
  return {
    ...kubernetesPatient(state.podAsked, async () => (state.absent === undefined ? port : { absent: state.absent })),
    asked: state.asked,
    cluster: async () => ({ ...rest, rrsa: { ...rrsa, enabled: true, providerArn: state.provider } }),
    roleAsked: async () => state.role,
  };
}

async function examine(plant: (state: Planted) => void) {
  const state = planted();
  plant(state);
  const signal = new AbortController().signal;
  const clock = { sleep: () => new Promise<void>(() => {}) };
  const patient = patientOf(state) as Parameters<(typeof kubernetesChecks)[number]['run']>[0];
  const { checks, healthy } = await runChecks(kubernetesChecks, patient, { timeoutMs: 1000, clock, signal });
  return { checks, healthy, state, first: checks.find(({ status }) => status !== 'ok') };
}

const label = 'pod-identity.alibabacloud.com/injection';
const annotation = 'pod-identity.alibabacloud.com/role-name';
const restart = 'kubectl -n app rollout restart deployment/reader';
const annotate = `kubectl -n app annotate serviceaccount reader ${annotation}`;

type Row = [title: string, id: string, message: string, cure: string, plant: (state: Planted) => void];

const faults: Row[] = [
  [
    'an API server out of reach',
    'kubernetes-api',
    'no answer from the API server',
    'pass --kubeconfig FILE',
    (state) => {
      state.refusal = new ToolError('NETWORK', 'no answer from the API server https://10.0.0.1:6443: TIMEOUT');
    },
  ],
  [
    'refused credentials',
    'kubernetes-api',
    'Unauthorized',
    'pass --kubeconfig FILE',
    (state) => {
      state.refusal = new ToolError('CLOUD_API', 'refused (Unauthorized)', { details: { httpStatus: 401 } });
    },
  ],
  [
    'missing permissions',
    'kubernetes-api',
    'Forbidden',
    'RBAC',
    (state) => {
      state.refusal = new ToolError('CLOUD_API', '(Forbidden)', { details: { httpStatus: 403 }, hint: 'RBAC' });
    },
  ],
  [
    'a missing namespace',
    'namespace-exists',
    'there is no namespace app',
    'kubectl create namespace app',
    (state) => {
      state.namespace = undefined;
    },
  ],
  [
    'a namespace without the label',
    'namespace-labelled',
    `namespace app has no label ${label}`,
    `run: kubectl label namespace app ${label}=on`,
    (state) => {
      state.namespace = { injection: undefined };
    },
  ],
  [
    'a namespace with another value of the label',
    'namespace-labelled',
    'is "true", not "on"',
    `run: kubectl label namespace app ${label}=on --overwrite`,
    (state) => {
      state.namespace = { injection: 'true' };
    },
  ],
  [
    'a missing service account',
    'service-account-exists',
    'there is no service account reader in namespace app',
    'kubectl -n app create serviceaccount reader',
    (state) => {
      state.serviceAccount = undefined;
    },
  ],
  [
    'a missing annotation',
    'service-account-annotated',
    `service account app/reader has no annotation ${annotation}`,
    `run: ${annotate}=oss-reader`,
    (state) => {
      state.serviceAccount = { roleName: undefined, lifetime: undefined };
    },
  ],
  [
    'a missing annotation, and nobody says which role',
    'service-account-annotated',
    'has no annotation',
    `run: ${annotate}=ROLE_NAME`,
    (state) => {
      state.role = undefined;
      state.serviceAccount = { roleName: '', lifetime: undefined };
    },
  ],
  [
    'an ARN instead of a name',
    'service-account-annotated',
    'is an ARN, and has to be the name of the role: oss-reader',
    `run: ${annotate}=oss-reader --overwrite`,
    (state) => {
      state.role = undefined;
      state.serviceAccount = { roleName: roleArn, lifetime: undefined };
    },
  ],
  [
    'an annotation that is no role name',
    'service-account-annotated',
    'is no role name: "oss reader; rm"',
    `run: ${annotate}=oss-reader --overwrite`,
    (state) => {
      state.serviceAccount = { roleName: 'oss reader; rm', lifetime: undefined };
    },
  ],
  [
    'an annotation with another role',
    'service-account-annotated',
    'is annotated with role other, not with oss-reader',
    `for role oss-reader run: ${annotate}=oss-reader --overwrite ; or for role other run: ack-ram-tool rrsa associate-role -c c123 -n app -s reader -r other`,
    (state) => {
      state.serviceAccount = { roleName: 'other', lifetime: undefined };
    },
  ],
  [
    'a pod that is not there',
    'pod-exists',
    'there is no pod reader-9 in namespace app',
    'kubectl -n app get pods',
    (state) => {
      state.podAsked = 'reader-9';
    },
  ],
  [
    'a pod of another service account',
    'pod-service-account',
    'pod app/reader-1 runs as service account default, not as reader',
    'run: kubectl -n app set serviceaccount deployment/reader reader',
    (state) => {
      state.podAsked = 'reader-1';
      state.pod.serviceAccount = 'default';
    },
  ],
  [
    'a pod of its own of another service account',
    'pod-service-account',
    'runs as service account default',
    'set spec.serviceAccountName to reader in its manifest, then run: kubectl -n app delete pod reader-1',
    (state) => {
      state.podAsked = 'reader-1';
      state.pod.serviceAccount = 'default';
      state.pod.restartable = undefined;
    },
  ],
  [
    'a pod from before the injection',
    'pod-injected',
    'containers of pod app/reader-1 lack what injection adds',
    `recreate it, run: ${restart}`,
    (state) => {
      state.ofPlan.lacking = ['main'];
    },
  ],
  [
    'a pod with another role',
    'pod-role',
    'ALIBABA_CLOUD_ROLE_ARN in container main of pod app/reader-1 is of role old, not of role oss-reader',
    `run: ${restart} ; if it is the same afterwards, take ALIBABA_CLOUD_ROLE_ARN out of the manifest`,
    (state) => {
      state.main.roleArn = `acs:ram::${ACCOUNT}:role/old`;
    },
  ],
  [
    'a pod with a role of another account',
    'pod-role',
    'is of a role in account 2000000000000002, and the cluster is in account 1000000000000001',
    restart,
    (state) => {
      state.main.roleArn = 'acs:ram::2000000000000002:role/oss-reader';
    },
  ],
  [
    'a pod with a role that is none',
    'pod-role',
    'is no ARN of a role: "oss-reader"',
    restart,
    (state) => {
      state.main.roleArn = 'oss-reader';
    },
  ],
  [
    'a pod with the provider of another cluster',
    'pod-provider',
    'is of another cluster: ack-rrsa-c999, not ack-rrsa-c123',
    restart,
    (state) => {
      state.main.providerArn = `acs:ram::${ACCOUNT}:oidc-provider/ack-rrsa-c999`;
    },
  ],
  [
    'a pod with the provider of another account',
    'pod-provider',
    'is of account 2000000000000002, and the cluster is in account 1000000000000001',
    restart,
    (state) => {
      state.main.providerArn = 'acs:ram::2000000000000002:oidc-provider/ack-rrsa-c123';
    },
  ],
  [
    'a pod with a provider that is none',
    'pod-provider',
    'is no ARN of an OIDC provider: ""',
    restart,
    (state) => {
      state.main.providerArn = '';
    },
  ],
  [
    'a pod without the volume',
    'pod-token-volume',
    'has no volume rrsa-oidc-token',
    restart,
    (state) => {
      state.pod.token = undefined;
    },
  ],
  [
    'a pod with something else at the path of the token',
    'pod-token-volume',
    'have something else mounted where the token belongs: main',
    'take that volume mount out',
    (state) => {
      state.ofPlan.otherMount = ['main'];
    },
  ],
  [
    'a token for somebody else',
    'pod-token-audience',
    'is for "vault", not for sts.aliyuncs.com',
    restart,
    (state) => {
      state.pod.token = { audience: 'vault', expirationSeconds: 3600 };
    },
  ],
  [
    'a token for the API server',
    'pod-token-audience',
    'is for the API server, not for sts.aliyuncs.com',
    restart,
    (state) => {
      state.pod.token = { audience: undefined, expirationSeconds: 3600 };
    },
  ],
  [
    'a token of a day',
    'pod-token-lifetime',
    'lives for 86400 s, and STS refuses tokens that were issued more than 43200 s ago',
    restart,
    (state) => {
      state.pod.token = { audience: 'sts.aliyuncs.com', expirationSeconds: 86_400 };
    },
  ],
];

const warnings: Row[] = [
  [
    'no webhook',
    'injection-webhook',
    'no mutating webhook configuration',
    'run: ack-ram-tool rrsa install-helper-addon -c c123',
    (state) => {
      state.webhooks = [];
    },
  ],
  [
    'a token lifetime that is not valid',
    'service-account-lifetime',
    'is "10", not "600" to "43200", so that its tokens live for 3600 s',
    'service-account-token-expiration=3600 --overwrite',
    (state) => {
      state.serviceAccount = { roleName: 'oss-reader', lifetime: { text: '10', valid: false } };
    },
  ],
  [
    'a container that is left out',
    'pod-annotations',
    'annotations of pod app/reader-1: container sidecar is left out',
    'change the annotations in the manifest',
    (state) => {
      state.pod.containers.push({ ...state.main, name: 'sidecar', roleArn: 'elsewhere', providerArn: undefined });
      state.ofPlan.leftOut = ['sidecar'];
    },
  ],
  [
    'a container name that there is none of',
    'pod-annotations',
    'annotations of pod app/reader-1: there is no container "mian"; container main is left out',
    'change the annotations',
    (state) => {
      state.ofPlan.oddities = ['there is no container "mian"'];
      state.ofPlan.leftOut = ['main'];
    },
  ],
  [
    'a token file somewhere else',
    'pod-token-file',
    'is "/tmp/token", and injection mounts the token at /var/run',
    restart,
    (state) => {
      state.main.tokenFile = '/tmp/token';
    },
  ],
  [
    'a token lifetime that was changed since',
    'pod-token-lifetime',
    'lives for 3600 s, and by the annotations it would be 7200 s now',
    restart,
    (state) => {
      state.ofPlan.expirationSeconds = 7200;
    },
  ],
];

describe('the checks of Kubernetes', () => {
  it('find a healthy cluster healthy, and say of each what is so', async () => {
    const { checks, healthy } = await examine(() => {});
    expect(healthy).toBe(true);
    expect(checks.map(({ id, status }) => `${id} ${status}`)).toEqual(kubernetesChecks.map(({ id }) => `${id} ok`));
  });

  it('have ids of their own, and wait for checks that there are', () => {
    const ids = kubernetesChecks.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, after } of kubernetesChecks) {
      for (const before of after) expect(ids.indexOf(before), `${id} after ${before}`).toBeGreaterThanOrEqual(0);
    }
  });

  it.each(faults)('find %s: %s', async (_title, id, message, cure, plant) => {
    const { first, healthy, checks } = await examine(plant);
    expect(first).toMatchObject({ id, status: 'fault' });
    expect(first?.message).toContain(message);
    expect(first?.cure).toContain(cure);
    expect(healthy).toBe(false);
    expect(checks.filter(({ status }) => status === 'fault')).toHaveLength(1);
  });

  it.each(warnings)('warn of %s: %s', async (_title, id, message, cure, plant) => {
    const { first, healthy } = await examine(plant);
    expect(first).toMatchObject({ id, status: 'warning' });
    expect(first?.message).toContain(message);
    expect(first?.cure).toContain(cure);
    expect(healthy).toBe(true);
  });

  it('read everything once, however many pods and checks there are', async () => {
    const { state } = await examine((each) => {
      each.pods = Array.from({ length: 50 }, (_, index) => ({ ...each.pod, name: `reader-${index}` }));
    });
    expect(state.reads.toSorted()).toEqual(['namespace app', 'pods', 'service account app/reader', 'webhooks']);
  });

  it('name the first of many pods, and restart each owner once', async () => {
    const { first } = await examine((state) => {
      const of = (name: string, restartable: PodFacts['restartable']) => ({ ...state.pod, name, restartable });
      state.pods = [
        of('a-1', { kind: 'statefulset', name: 'a' }),
        of('b-1', { kind: 'deployment', name: 'b' }),
        of('b-2', { kind: 'deployment', name: 'b' }),
        of('c', undefined),
        of('d', undefined),
      ];
      state.ofPlan.lacking = ['main'];
    });
    expect(first?.subject).toBe('pod app/a-1 and 4 more');
    expect(first?.cure).toBe(
      'recreate it, run: kubectl -n app rollout restart statefulset/a deployment/b && kubectl -n app delete pod c d',
    );
  });
});

describe('what the checks of Kubernetes mend', () => {
  it.each<[string, string[], (state: Planted) => void]>([
    [
      'the label',
      ['label app'],
      (state) => {
        state.namespace = { injection: 'off' };
      },
    ],
    [
      'the annotation',
      ['annotate app reader oss-reader'],
      (state) => {
        state.serviceAccount = { roleName: undefined, lifetime: undefined };
      },
    ],
    [
      'an ARN, which says the role itself',
      ['annotate app reader oss-reader'],
      (state) => {
        state.role = undefined;
        state.serviceAccount = { roleName: roleArn, lifetime: undefined };
      },
    ],
  ])('is %s', async (_what, writes, plant) => {
    const { checks, state } = await examine(plant);
    expect(state.writes).toEqual([]);
    for (const { fix } of checks) await fix?.run();
    expect(state.writes).toEqual(writes);
  });

  it.each<[string, (state: Planted) => void]>([
    [
      'an annotation with another role',
      (state) => {
        state.serviceAccount = { roleName: 'other', lifetime: undefined };
      },
    ],
    [
      'an annotation that nobody knows the role of',
      (state) => {
        state.role = undefined;
        state.serviceAccount = { roleName: undefined, lifetime: undefined };
      },
    ],
  ])('is not %s', async (_what, plant) => {
    const { checks } = await examine(plant);
    expect(checks.some(({ fix }) => fix !== undefined)).toBe(false);
  });
});

describe('the checks of Kubernetes are skipped', () => {
  const skips = (checks: { id: string; status: string; message: string }[]) =>
    checks.filter(({ status }) => status === 'skipped').map(({ id, message }) => `${id}: ${message}`);

  it('with one reason where there is no cluster to look into', async () => {
    const { checks, healthy } = await examine((state) => {
      state.absent = 'its kubeconfig cannot be had';
    });
    expect(healthy).toBe(true);
    expect(skips(checks)[0]).toBe('kubernetes-api: its kubeconfig cannot be had');
    expect(
      new Set(
        skips(checks)
          .slice(1)
          .map((text) => text.replace(/^[^:]+: /, '')),
      ),
    ).toEqual(new Set(['not looked at: kubernetes-api comes first']));
  });

  it('for patterns, and say so', async () => {
    const all = await examine((state) => {
      state.asked = { ...state.asked, namespace: 'team-*' };
    });
    expect(skips(all.checks)[0]).toBe(
      'kubernetes-api: namespace team-* is a pattern, and only one by name can be looked into',
    );
    expect(all.state.reads).toEqual([]);
    const some = await examine((state) => {
      state.asked = { ...state.asked, serviceAccount: 'reader-?' };
    });
    expect(skips(some.checks)[0]).toBe(
      'service-account-exists: service account reader-? is a pattern, and only one by name can be looked into',
    );
    expect(some.healthy && all.healthy).toBe(true);
  });

  it('where no pod runs, where the provider is not known, and where webhooks may not be read', async () => {
    const none = await examine((state) => {
      state.pods = [];
    });
    expect(skips(none.checks)[0]).toBe('pod-exists: no pod runs as service account app/reader');
    const unknown = await examine((state) => {
      state.provider = undefined;
    });
    expect(skips(unknown.checks)[0]).toContain('the OIDC provider of the cluster is not known');
    const unreadable = await examine((state) => {
      state.webhooks = undefined;
    });
    expect(skips(unreadable.checks)).toEqual(['injection-webhook: mutating webhook configurations may not be read']);
    expect([none, unknown, unreadable].every(({ healthy }) => healthy)).toBe(true);
  });

  it('and left out where nothing was asked of them', async () => {
    const nothing = await examine((state) => {
      state.asked = { clusterId: CLUSTER_ID };
    });
    expect(nothing.checks).toEqual([]);
    const namespaceOnly = await examine((state) => {
      state.asked = { clusterId: CLUSTER_ID, namespace: 'app' };
    });
    expect(new Set(namespaceOnly.checks.map(({ link }) => link))).toEqual(new Set(['namespace']));
  });

  it('but not for a pod that is named alone: its service account is looked at', async () => {
    const { checks, healthy } = await examine((state) => {
      state.asked = { clusterId: CLUSTER_ID, namespace: 'app' };
      state.podAsked = 'reader-1';
      state.role = { name: 'oss-reader', from: 'annotation' };
    });
    expect(healthy).toBe(true);
    const ids = kubernetesChecks.map(({ id }) => id).filter((id) => id !== 'pod-service-account');
    expect(checks.map(({ id }) => id)).toEqual(ids);
  });
});

describe('the annotated role', () => {
  it('is that of the service account, and none where the cluster cannot be asked', async () => {
    const asked = async (plant: (state: Planted) => void) => {
      const state = planted();
      plant(state);
      return annotatedRole(patientOf(state), 'app', 'reader');
    };
    expect(await asked(() => {})).toBe('oss-reader');
    expect(await asked((state) => Object.assign(state, { serviceAccount: undefined }))).toBeUndefined();
    expect(await asked((state) => Object.assign(state, { absent: 'no' }))).toBeUndefined();
    expect(await asked((state) => Object.assign(state, { refusal: new ToolError('NETWORK', 'no') }))).toBeUndefined();
  });
});

it('names and limits are those that the injection goes by', () => {
  expect({ injectionLabel, roleNameAnnotation, lifetimeAnnotation, lifetime }).toEqual({
    injectionLabel: settings.injectionLabel,
    roleNameAnnotation: settings.roleNameAnnotation,
    lifetimeAnnotation: settings.expirationAnnotation,
    lifetime: settings.expiration,
  });
});
