import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Endpoint, type EndpointOptions, isLoopbackHost, resolveEndpoint } from '../../src/cloud/endpoints.ts';
import { type CloudService, ToolError } from '../../src/errors.ts';

interface Case extends Partial<EndpointOptions> {
  name: string;
  service: CloudService;
  https?: string;
  http?: string;
  /** What the message must name. */
  error?: string;
  /** What the error must not hold. */
  never?: string;
}

const cases = JSON.parse(readFileSync(new URL('../cases/cloud/endpoints.json', import.meta.url), 'utf8')) as Case[];

function resolve({ service, explicit, regionId, useVpc = false, allowInsecureHttp = false, env = {} }: Case): Endpoint {
  return resolveEndpoint(service, { explicit, regionId, useVpc, allowInsecureHttp, env });
}

describe('the endpoint of a service', () => {
  it.each(cases.filter(({ error }) => error === undefined))('$name', (row) => {
    const expected =
      row.http === undefined ? { protocol: 'https', host: row.https } : { protocol: 'http', host: row.http };
    expect(resolve(row)).toEqual(expected);
  });

  it.each(cases.filter(({ error }) => error !== undefined))('is refused with $error named: $name', (row) => {
    const error = thrownBy(() => resolve(row)) as ToolError;
    expect(error).toBeInstanceOf(ToolError);
    expect(error.code).toBe('USAGE');
    expect(error.message).toContain(row.error);
    if (row.never !== undefined) expect(`${error.message} ${error.hint} ${error.stack}`).not.toContain(row.never);
  });

  it('never leads to http beyond loopback, nor to a host with more than a host in it, whatever is configured', () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.domain(),
      fc.ipV4().map((ip) => `http://${ip}`),
      fc.ipV6().map((ip) => `http://[${ip}]:80`),
    );
    fc.assert(
      fc.property(hostile, (explicit) => {
        let endpoint: Endpoint;
        try {
          endpoint = resolveEndpoint('CS', { explicit, useVpc: false, allowInsecureHttp: false, env: {} });
        } catch (error) {
          expect(error).toMatchObject({ code: 'USAGE' });
          return;
        }
        expect(endpoint.host).toMatch(/^(\[[0-9a-f:.]+\]|[^\s/?#@\\[\]:]+)(:\d+)?$/);
        const url = new URL(`${endpoint.protocol}://${endpoint.host}`);
        if (endpoint.protocol === 'http') expect(isLoopbackHost(url.hostname)).toBe(true);
      }),
    );
  });

  it('is on this machine within a sandbox, whatever flags and variables say', () => {
    const env = { ACK_RAM_TOOL_SANDBOX_URL: 'http://127.0.0.1:4000/admin' };
    const options = { useVpc: false, allowInsecureHttp: true, env };
    for (const explicit of ['cs.cn-hangzhou.aliyuncs.com', 'http://10.0.0.1', undefined]) {
      expect(() => resolveEndpoint('CS', { ...options, explicit })).toThrow('this is a sandbox');
    }
    expect(resolveEndpoint('CS', { ...options, explicit: 'http://127.0.0.1:4000' }).host).toBe('127.0.0.1:4000');
  });
});

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
