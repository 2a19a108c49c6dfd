import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byNewest, type ClusterModel, toCluster, toTask } from '../../src/cloud/cluster.ts';
import type { ClusterRrsa } from '../../src/cloud/ports.ts';

const arn = 'acs:ram::1000000000000001:oidc-provider/ack-rrsa-c1';

function rrsaOf(model: ClusterModel): ClusterRrsa | undefined {
  return toCluster({ clusterId: 'c1', ...model })?.rrsa;
}

function metaData(config: unknown): string {
  return JSON.stringify({ Other: 1, RRSAConfig: config });
}

describe('RRSA of a cluster', () => {
  const on = { enabled: true, issuer: 'https://a', audience: 'https://api', oidcName: 'ack-rrsa-c1', oidcArn: arn };
  const onBefore = {
    enabled: true,
    issuer: 'https://b',
    audience: 'https://api',
    oidc_name: 'ack-rrsa-c1',
    oidc_arn: arn,
  };

  it('is read from rrsa_config', () => {
    expect(rrsaOf({ rrsaConfig: on })).toEqual({
      enabled: true,
      issuers: ['https://a'],
      audience: 'https://api',
      providerName: 'ack-rrsa-c1',
      providerArn: arn,
    });
  });

  it('is read from meta_data when there is no rrsa_config', () => {
    expect(rrsaOf({ metaData: metaData(onBefore) })).toMatchObject({
      enabled: true,
      issuers: ['https://b'],
      providerArn: arn,
    });
  });

  it('is read from rrsa_config when both are there', () => {
    expect(rrsaOf({ rrsaConfig: on, metaData: metaData({ enabled: false }) })?.issuers).toEqual(['https://a']);
    expect(rrsaOf({ rrsaConfig: { enabled: false }, metaData: metaData(onBefore) })?.enabled).toBe(false);
    expect(rrsaOf({ rrsaConfig: on, metaData: 'not json' })?.enabled).toBe(true);
  });

  it('is read from meta_data when rrsa_config does not say whether it is on', () => {
    expect(rrsaOf({ rrsaConfig: {}, metaData: metaData(onBefore) })?.enabled).toBe(true);
  });

  it('has its issuers in the order of the API', () => {
    const issuer = 'https://new, https://old ,,https://older';
    expect(rrsaOf({ rrsaConfig: { ...on, issuer } })?.issuers).toEqual(['https://new', 'https://old', 'https://older']);
  });

  it('has neither issuer nor provider while it is off', () => {
    const off = { enabled: false, issuers: [], audience: 'https://api' };
    expect(rrsaOf({ rrsaConfig: { ...on, enabled: false } })).toEqual(off);
  });

  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['an object without it', '{"Other":1}'],
    ['an object with null', '{"RRSAConfig":null}'],
    ['what a real cluster has', '{"RRSAConfig":{"enabled":false}}'],
  ])('is off when meta_data is %s', (_, text) => {
    expect(rrsaOf(text === undefined ? {} : { metaData: text })).toMatchObject({ enabled: false, issuers: [] });
  });

  it.each(['not json', '[]', '"text"', '{"RRSAConfig":"on"}', '{"RRSAConfig":[]}', '{'])(
    'is not guessed when meta_data is %s',
    (text) => {
      expect(rrsaOf({ metaData: text })).toBeUndefined();
    },
  );

  it('is of the right shape or not there, whatever meta_data holds', () => {
    const config = fc.record(
      { enabled: fc.anything(), issuer: fc.anything(), oidc_name: fc.anything() },
      { requiredKeys: [] },
    );
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      config.map((value) => JSON.stringify({ RRSAConfig: value }) ?? ''),
    );
    fc.assert(
      fc.property(text, (value) => {
        const rrsa = rrsaOf({ metaData: value });
        if (rrsa === undefined) return;
        expect(typeof rrsa.enabled).toBe('boolean');
        expect(rrsa.issuers.every((issuer) => typeof issuer === 'string' && issuer !== '')).toBe(true);
        expect(['string', 'undefined']).toContain(typeof rrsa.providerName);
      }),
    );
  });
});

describe('a cluster', () => {
  it('is of no use without an id', () => {
    expect(toCluster({ name: 'foo' })).toBeUndefined();
  });

  it('has the version it was made with until it has a current one', () => {
    expect(toCluster({ clusterId: 'c1', initVersion: '1.32.1-aliyun.1' })?.version).toBe('1.32.1-aliyun.1');
    expect(toCluster({ clusterId: 'c1', currentVersion: '1.33.0', initVersion: '1.32.1' })?.version).toBe('1.33.0');
    expect(toCluster({ clusterId: 'c1' })?.version).toBe('');
  });
});

describe('a task', () => {
  it.each([
    ['success', 'succeeded'],
    ['fail', 'failed'],
    ['failed', 'failed'],
    ['timeout', 'failed'],
    ['canceled', 'failed'],
    ['FAIL', 'failed'],
    ['running', 'running'],
    ['paused', 'running'],
    ['something new', 'running'],
    ['constructor', 'running'],
  ])('in the state %s has %s', (rawState, state) => {
    expect(toTask({ taskId: 'T-1', state: rawState })).toMatchObject({ state, rawState });
  });

  it('tells its error, when it has one', () => {
    expect(toTask({ taskId: 'T-1', error: { code: 'X', message: 'y' } })?.error).toEqual({ code: 'X', message: 'y' });
    expect(toTask({ taskId: 'T-1', error: {} })?.error).toBeUndefined();
  });

  it('tells when it was made, unless that is no time', () => {
    const created = '2025-04-07T09:57:26+08:00';
    expect(toTask({ taskId: 'T-1', created })?.createdAt?.toISOString()).toBe('2025-04-07T01:57:26.000Z');
    expect(toTask({ taskId: 'T-1', created: 'yesterday' })?.createdAt).toBeUndefined();
  });
});

it('puts the newest first, and what has no time last', () => {
  const list = [undefined, 1, 3, 2].map((time) => ({ createdAt: time === undefined ? undefined : new Date(time) }));
  expect(list.sort(byNewest).map(({ createdAt }) => createdAt?.getTime())).toEqual([3, 2, 1, undefined]);
});
