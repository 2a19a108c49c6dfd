import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ToolError } from '../../src/errors.ts';
import type { ClusterFacts } from '../../src/kubernetes/cluster-facts.ts';
import type { LogFields } from '../../src/kubernetes/webhook-log.ts';
import { createReviewer } from '../../src/kubernetes/webhook-review.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { applyChanges } from './apply-changes.ts';
import { demoFacts, demoPod, injectedDemoPod, injectionOn, providerArn } from './demo.ts';

const demoCluster: ClusterFacts = {
  namespaceLabels: async (name) => (name === 'rrsa-demo' ? injectionOn : undefined),
  serviceAccountAnnotations: async (namespace, name) =>
    namespace === 'rrsa-demo' && name === 'demo-sa' ? demoFacts.serviceAccountAnnotations : undefined,
};

interface Response {
  uid: string;
  allowed: boolean;
  patchType?: string;
  patch?: string;
  warnings?: string[];
}

function reviewer(cluster: ClusterFacts = demoCluster) {
  const lines: { level: string; message: string; fields: LogFields | undefined }[] = [];
  const at = (level: string) => (message: string, fields?: LogFields) => void lines.push({ level, message, fields });
  const clock = fakeClock();
  const review = createReviewer({
    identity: { providerArn, roleArn: demoFacts.roleArn },
    cluster,
    log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    clock,
  });
  const respond = async (body: unknown): Promise<Response> => {
    const answer = await clock.run(review(body));
    expect(answer).toMatchObject({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' });
    return (answer as { response: Response }).response;
  };
  return { review: (body: unknown) => clock.run(review(body)), respond, lines };
}

function reviewOf(request: object = {}): object {
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      operation: 'CREATE',
      namespace: 'rrsa-demo',
      object: demoPod,
      oldObject: null,
      dryRun: false,
      ...request,
    },
  };
}

function patched(pod: unknown, { patch = '' }: Response): unknown {
  const operations: { op: string; path: string; value: unknown }[] = JSON.parse(
    Buffer.from(patch, 'base64').toString('utf8'),
  );
  expect(operations.every(({ op }) => op === 'add')).toBe(true);
  const steps = (path: string) =>
    path
      .slice(1)
      .split('/')
      .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  return applyChanges(
    pod,
    operations.map(({ path, value }) => ({ path: steps(path), value })),
  );
}

describe('a review of a pod that is created', () => {
  it('is answered with a JSON patch that makes of the demo what the documentation shows', async () => {
    const { respond, lines } = reviewer();
    const response = await respond(reviewOf());
    expect(response).toMatchObject({
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      allowed: true,
      patchType: 'JSONPatch',
    });
    expect(response.warnings).toBeUndefined();
    expect(patched(demoPod, response)).toEqual(injectedDemoPod);
    expect(lines).toMatchObject([
      {
        level: 'info',
        message: 'injected',
        fields: { namespace: 'rrsa-demo', pod: 'demo', serviceAccount: 'demo-sa' },
      },
    ]);
  });

  it('has no patch the second time', async () => {
    const response = await reviewer().respond(reviewOf({ object: injectedDemoPod }));
    expect(response).toEqual({ uid: '705ab4f5-6393-11e8-b7cc-42010a800002', allowed: true });
  });

  it('says to whoever creates it what is likely a mistake', async () => {
    const annotations = { 'pod-identity.alibabacloud.com/service-account-token-expiration': '60\n\u2028' };
    const { warnings } = await reviewer().respond(reviewOf({ object: { ...demoPod, metadata: { annotations } } }));
    expect(warnings).toHaveLength(1);
    expect(warnings?.[0]).toContain('ack-ram-tool: annotation pod-identity.alibabacloud.com/service-account-token-exp');
    expect(warnings?.[0]).not.toMatch(/[\n\u2028]/);
  });

  it.each([
    ['another namespace', { namespace: 'other' }],
    ['another service account', { object: { ...demoPod, spec: { ...demoPod.spec, serviceAccountName: 'x' } } }],
    ['no containers', { object: { spec: {} } }],
    ['no pod', { object: null }],
  ])('with %s is let in as it is', async (_what, request) => {
    const response = await reviewer().respond(reviewOf(request));
    expect(response).toMatchObject({ allowed: true });
    expect(response.patch).toBeUndefined();
  });

  it('takes the namespace of the request, not that of the pod', async () => {
    const object = { ...demoPod, metadata: { name: 'demo', namespace: 'rrsa-demo' } };
    expect((await reviewer().respond(reviewOf({ object, namespace: 'other' }))).patch).toBeUndefined();
  });
});

describe('a review of anything else', () => {
  const untouched: ClusterFacts = {
    namespaceLabels: () => Promise.reject(new Error('not to be asked')),
    serviceAccountAnnotations: () => Promise.reject(new Error('not to be asked')),
  };

  it.each([
    ['an update', { operation: 'UPDATE' }],
    ['a deletion', { operation: 'DELETE', object: null, oldObject: demoPod }],
    ['a connection', { operation: 'CONNECT' }],
    ['a binding', { subResource: 'binding' }],
    ['a pod template', { resource: { group: '', version: 'v1', resource: 'podtemplates' } }],
    ['pods of another group', { resource: { group: 'metrics.k8s.io', version: 'v1', resource: 'pods' } }],
    ['pods of another version', { resource: { group: '', version: 'v2', resource: 'pods' } }],
    ['no resource', { resource: null }],
  ])('%s is let through, and nothing is asked', async (_what, request) => {
    expect(await reviewer(untouched).respond(reviewOf(request))).toEqual({
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      allowed: true,
    });
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'AdmissionReview'],
    ['a list', [reviewOf()]],
    ['version v1beta1', { ...reviewOf(), apiVersion: 'admission.k8s.io/v1beta1' }],
    ['another kind', { ...reviewOf(), kind: 'ConversionReview' }],
    ['no request', { ...reviewOf(), request: null }],
    ['a list of requests', { ...reviewOf(), request: [] }],
    ['no uid', reviewOf({ uid: undefined })],
    ['an empty uid', reviewOf({ uid: '' })],
    ['a uid that is no text', reviewOf({ uid: { toString: 'x' } })],
  ])('%s is no review', async (_what, body) => {
    expect(await reviewer(untouched).review(body)).toBeUndefined();
  });
});

describe('when something goes wrong', () => {
  const failing = (error: unknown): ClusterFacts => ({ ...demoCluster, namespaceLabels: () => Promise.reject(error) });

  it.each([
    ['the API server refuses', failing(new ToolError('CLOUD_API', 'refused'))],
    ['there is a fault of our own', failing(new TypeError('x is not a function'))],
    ['something odd is thrown', failing('odd')],
    ['the API server never answers', { ...demoCluster, serviceAccountAnnotations: () => new Promise<never>(() => {}) }],
  ])('%s: the pod is let in unchanged, with a warning', async (_what, cluster) => {
    const { respond, lines } = reviewer(cluster);
    const response = await respond(reviewOf());
    expect(response).toEqual({
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      allowed: true,
      warnings: [
        'ack-ram-tool: the pod got no pod identity, because of an internal error; the log of the webhook tells',
      ],
    });
    expect(lines).toMatchObject([{ level: 'error', fields: { namespace: 'rrsa-demo', pod: 'demo' } }]);
  });

  it.each([undefined, '', 7])('a review that names no namespace (%j) lets the pod in unchanged', async (namespace) => {
    const response = await reviewer().respond(reviewOf({ namespace }));
    expect(response).toMatchObject({ allowed: true });
    expect(response.patch).toBeUndefined();
  });

  it('refuses no pod, whatever is in the review', async () => {
    const { respond } = reviewer();
    const anything = fc.anything({ maxDepth: 3, withNullPrototype: true });
    const request = fc.record(
      {
        object: fc.oneof(anything, fc.record({ spec: fc.record({ containers: fc.array(anything) }) })),
        namespace: anything,
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(request, async (fields) => {
        expect((await respond(reviewOf({ namespace: 'rrsa-demo', ...fields }))).allowed).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
