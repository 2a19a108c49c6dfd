import { describe, expect, it } from 'vitest';
import {
  requireCluster,
  requireRrsa,
  requireRunning,
  requireSupported,
  whyUnsupported,
} from '../../src/rrsa/cluster.ts';
import { rrsaStatus } from '../../src/rrsa/status.ts';
import { cluster, errorOf, ISSUER, PROVIDER_ARN, recordingReport, withoutRrsa } from './fakes.ts';

const codeOf = (fn: () => unknown): unknown => {
  try {
    fn();
    return undefined;
  } catch (error) {
    return (error as { code: unknown }).code;
  }
};

describe('what RRSA needs of a cluster', () => {
  it('names a cluster that does not exist', async () => {
    const error = await errorOf(requireCluster({ getCluster: async () => undefined }, 'c404'));
    expect(error).toMatchObject({ code: 'CLUSTER_NOT_FOUND', message: 'there is no cluster c404' });
  });

  it.each(['Kubernetes', 'ExternalKubernetes'])('refuses clusters of type %s', (type) => {
    const report = recordingReport();
    expect(codeOf(() => requireSupported(cluster({ type }), report))).toBe('CLUSTER_UNSUPPORTED');
  });

  it.each(['Acs', '', 'constructor', 'toString', '__proto__'])('only warns about the unknown type "%s"', (type) => {
    const report = recordingReport();
    requireSupported(cluster({ type }), report);
    expect(report.lines).toHaveLength(1);
    expect(report.lines[0]).toMatch(/^warn: /);
  });

  it.each([
    ['1.20.11-aliyun.1', true],
    ['1.21.99', true],
    ['0.99.0', true],
    ['v1.18.8', true],
    ['1.22.3-aliyun.1', false],
    ['1.22', false],
    ['1.100.0', false],
    ['2.0.0', false],
    ['', false],
    ['latest', false],
  ])('Kubernetes "%s": refused is %s', (version, refused) => {
    expect(whyUnsupported(cluster({ version })) !== undefined).toBe(refused);
  });

  it('says nothing about a cluster that is fine', () => {
    const report = recordingReport();
    requireSupported(cluster(), report);
    requireRunning(cluster());
    expect(report.lines).toEqual([]);
  });

  it('names the state of a cluster that is not running', () => {
    expect(() => requireRunning(cluster({ state: 'updating' }))).toThrow(
      /c123 is not running, its state is 'updating'/,
    );
    expect(codeOf(() => requireRunning(cluster({ state: '' })))).toBe('CLUSTER_NOT_READY');
  });

  it('hands out the first issuer only, because new tokens carry that one', () => {
    expect(requireRrsa(cluster())).toEqual({ providerArn: PROVIDER_ARN, issuer: ISSUER });
  });

  it('says how to enable RRSA', () => {
    const disabled = cluster({ rrsa: withoutRrsa });
    expect(() => requireRrsa(disabled)).toThrow(
      expect.objectContaining({ code: 'RRSA_DISABLED', hint: 'run: ack-ram-tool rrsa enable -c c123' }),
    );
  });

  it.each([
    [{ enabled: true, issuers: [], providerArn: PROVIDER_ARN }, /token issuer/],
    [{ enabled: true, issuers: [ISSUER] }, /OIDC provider/],
  ])('does not go on with half of what it needs', (rrsa, message) => {
    expect(() => requireRrsa(cluster({ rrsa }))).toThrow(message);
    expect(codeOf(() => requireRrsa(cluster({ rrsa })))).toBe('BAD_ANSWER');
  });
});

describe('status', () => {
  const statusOf = async (of: ReturnType<typeof cluster>) => {
    const report = recordingReport();
    return { status: await rrsaStatus(of.id, { ack: { getCluster: async () => of }, report }), report };
  };

  it('tells every issuer, the first of them as the token issuer, and the audience', async () => {
    const { status } = await statusOf(cluster());
    expect(status).toEqual({
      clusterId: 'c123',
      enabled: true,
      providerName: 'ack-rrsa-c123',
      providerArn: PROVIDER_ARN,
      issuer: ISSUER,
      issuers: [ISSUER, 'https://kubernetes.default.svc'],
      audience: 'https://kubernetes.default.svc',
    });
  });

  it('keeps every key while RRSA is off', async () => {
    const { status } = await statusOf(cluster({ rrsa: withoutRrsa }));
    expect(status).toEqual({
      clusterId: 'c123',
      enabled: false,
      providerName: null,
      providerArn: null,
      issuer: null,
      issuers: [],
      audience: null,
    });
  });

  it('answers for a dedicated cluster too, with a warning', async () => {
    const { status, report } = await statusOf(cluster({ type: 'Kubernetes', rrsa: withoutRrsa, state: 'failed' }));
    expect(status.enabled).toBe(false);
    expect(report.text()).toMatch(/^warn: .*dedicated/);
  });
});
