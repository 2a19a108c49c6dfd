import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ToolError } from '../../../src/errors.ts';
import { FaultPlan, parseFault } from '../../../src/sandbox/faults.ts';
import { admin, clusterId, inProcess, seedWith, trustPolicy } from './in-process.ts';

const apis = ['GetRole', 'CreateRole', 'GetCallerIdentity'];

describe('a fault', () => {
  it.each([
    ['GetRole=503', { api: 'GetRole', when: { kind: 'nth', nth: 1 }, action: { kind: '503' } }],
    ['GetRole:2=throttle', { api: 'GetRole', when: { kind: 'nth', nth: 2 }, action: { kind: 'throttle' } }],
    ['*:*=html', { api: '*', when: { kind: 'always' }, action: { kind: 'html' } }],
    ['GetRole:25%=500', { api: 'GetRole', when: { kind: 'rate', percent: 25 }, action: { kind: '500' } }],
    ['GetRole:0.5%=huge', { api: 'GetRole', when: { kind: 'rate', percent: 0.5 }, action: { kind: 'huge' } }],
    ['GetRole=slow(200)', { api: 'GetRole', when: { kind: 'nth', nth: 1 }, action: { kind: 'slow', ms: 200 } }],
    ['GetRole=slow(200ms)', { api: 'GetRole', when: { kind: 'nth', nth: 1 }, action: { kind: 'slow', ms: 200 } }],
    ['GetRole=slow(2s)', { api: 'GetRole', when: { kind: 'nth', nth: 1 }, action: { kind: 'slow', ms: 2000 } }],
    ['GetRole=skew(20m)', { api: 'GetRole', when: { kind: 'nth', nth: 1 }, action: { kind: 'skew', ms: 1_200_000 } }],
    ['*:*=skew(-1h30m)', { api: '*', when: { kind: 'always' }, action: { kind: 'skew', ms: -5_400_000 } }],
    ['*:*=expired-certificate', { api: '*', when: { kind: 'always' }, action: { kind: 'expired-certificate' } }],
    ['GetRole:2=portal', { api: 'GetRole', when: { kind: 'nth', nth: 2 }, action: { kind: 'portal' } }],
    ['GetRole=reset-after', { api: 'GetRole', when: { kind: 'nth', nth: 1 }, action: { kind: 'reset-after' } }],
  ])('is read: %s', (spec, rule) => {
    expect(parseFault(spec, apis)).toEqual(rule);
  });

  it.each([
    '',
    '=',
    'GetRole',
    'GetRole=',
    '=500',
    'GetRole:=500',
    'NoSuchApi=500',
    'getrole=500',
    'GetRole:0=500',
    'GetRole:-1=500',
    'GetRole:101%=500',
    'GetRole:x=500',
    'GetRole=501',
    'GetRole=slow',
    'GetRole=slow()',
    'GetRole=slow(1h)',
    'GetRole=skew',
    'GetRole=skew(20)',
    'GetRole=skew(--20m)',
    'GetRole=skew(100000h)',
    'GetRole=500\n',
    'GetRole:*=expired-certificate',
    '*=expired-certificate',
    '*:50%=expired-certificate',
  ])('of another form is a usage error: %j', (spec) => {
    expect(() => parseFault(spec, apis)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it('of any text is read or a usage error', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `GetRole${text}`),
        ),
        (spec) => {
          try {
            parseFault(spec, apis);
          } catch (error) {
            expect(error).toBeInstanceOf(ToolError);
          }
        },
      ),
    );
  });
});

describe('a plan of faults', () => {
  const kinds = (specs: string[], calls: string[]) => {
    const plan = new FaultPlan(specs.map((spec) => parseFault(spec, apis)));
    return calls.map((api) => plan.next(api)?.kind ?? '-').join(' ');
  };

  it('counts the calls of each API apart, and with * all of them', () => {
    expect(kinds(['GetRole:2=500'], ['GetRole', 'CreateRole', 'GetRole', 'GetRole'])).toBe('- - 500 -');
    expect(kinds(['*:2=500'], ['GetRole', 'CreateRole', 'GetRole'])).toBe('- 500 -');
    expect(kinds(['GetRole:*=500'], ['GetRole', 'CreateRole', 'GetRole'])).toBe('500 - 500');
  });

  it('lets the first rule that applies win, and counts for the others all the same', () => {
    expect(kinds(['GetRole:1=500', 'GetRole:*=503'], ['GetRole', 'GetRole'])).toBe('500 503');
    expect(kinds(['GetRole:2=500', 'GetRole:1=throttle', 'GetRole:3=html'], ['GetRole', 'GetRole', 'GetRole'])).toBe(
      'throttle 500 html',
    );
  });

  it('by percentage hits about that share, and the same calls every time', () => {
    const calls = Array.from({ length: 1000 }, () => 'GetRole');
    const hits = kinds(['GetRole:25%=500'], calls);
    expect(kinds(['GetRole:25%=500'], calls)).toBe(hits);
    expect(hits.split(' ').filter((kind) => kind === '500').length).toBeGreaterThan(200);
    expect(hits.split(' ').filter((kind) => kind === '500').length).toBeLessThan(300);
    expect(kinds(['GetRole:0%=500'], calls)).not.toContain('500');
    expect(kinds(['GetRole:100%=500'], calls)).not.toContain('-');
  });
});

describe('a call with a fault', () => {
  const roles = [{ name: 'reader', trustPolicy: trustPolicy({ RAM: 'acs:ram::1:root' }) }];
  const faulty = (...faults: string[]) => inProcess(seedWith({ roles, clusters: [{ id: clusterId }] }), { faults });
  const getRole = (sandbox: ReturnType<typeof inProcess>) => sandbox.call('ram.GetRole', { RoleName: 'reader' });

  it.each([
    ['throttle', 400, 'Throttling.User'],
    ['500', 500, 'InternalError'],
    ['503', 503, 'ServiceUnavailable'],
  ])('%s is refused, once, without being done', async (what, status, code) => {
    const sandbox = faulty(`CreateRole=${what}`);
    const create = () =>
      sandbox.call('ram.CreateRole', { RoleName: 'new', AssumeRolePolicyDocument: roles[0]!.trustPolicy });
    const first = await create();
    expect([first.status, first.json.Code]).toEqual([status, code]);
    expect(sandbox.state.log.entries().at(-1)).toMatchObject({ api: 'CreateRole', status, code: what });
    expect((await create()).status).toBe(200);
  });

  it('reset-before does nothing, reset-after does it; neither answers', async () => {
    const create = { RoleName: 'new', AssumeRolePolicyDocument: roles[0]!.trustPolicy };
    for (const [what, count] of [
      ['reset-before', 1],
      ['reset-after', 2],
    ] as const) {
      const sandbox = faulty(`CreateRole=${what}`);
      expect((await sandbox.call('ram.CreateRole', create)).response).toMatchObject({ broken: 'reset' });
      expect(sandbox.state.store.accounts[0]!.roles).toHaveLength(count);
      expect(sandbox.state.log.entries().at(-1)).toMatchObject({ status: 0, code: what });
    }
  });

  it('truncate sends half of the real answer', async () => {
    expect((await getRole(faulty('GetRole=truncate'))).response).toMatchObject({ status: 200, broken: 'truncate' });
  });

  it('html is what a proxy would send', async () => {
    const { response } = await getRole(faulty('GetRole=html'));
    expect(response.status).toBe(502);
    expect(response.headers['content-type']).toBe('text/html');
  });

  it('portal is a page in the place of the answer, and nothing is done', async () => {
    const sandbox = faulty('CreateRole=portal');
    const params = { RoleName: 'new', AssumeRolePolicyDocument: roles[0]!.trustPolicy };
    const { status, response } = await sandbox.call('ram.CreateRole', params);
    expect(status).toBe(200);
    expect(response.headers['content-type']).toBe('text/html');
    expect(String(response.body)).toContain('<html>');
    expect(sandbox.state.store.accounts[0]!.roles).toHaveLength(1);
  });

  it('wrong-content-type changes nothing but what the answer says it is', async () => {
    const { status, json, response } = await getRole(faulty('GetRole=wrong-content-type'));
    expect(status).toBe(200);
    expect(json.Role.RoleName).toBe('reader');
    expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
  });

  it('wrong-type keeps the keys and nothing else', async () => {
    const { json } = await getRole(faulty('GetRole=wrong-type'));
    expect(json).toEqual({ RequestId: { not: 'string' }, Role: ['not an object'] });
  });

  it('huge is 64 MiB of JSON', async () => {
    const { response } = await getRole(faulty('GetRole=huge'));
    expect(response.body).toHaveLength(64 * 1024 * 1024);
    expect(JSON.parse(Buffer.from(response.body as Uint8Array).toString()).padding).toMatch(/^x/);
  });

  it('slow waits, then answers', async () => {
    const sandbox = faulty('GetRole=slow(2s)');
    expect((await getRole(sandbox)).status).toBe(200);
    expect(sandbox.slept).toEqual([2000]);
  });

  it('skew changes nothing but the Date of the answer', async () => {
    const sandbox = faulty('GetRole=skew(-20m)');
    const { status, response } = await getRole(sandbox);
    expect(status).toBe(200);
    expect(response.headers.date).toBe(new Date(sandbox.clock.now - 1_200_000).toUTCString());
    expect(sandbox.state.log.entries().at(-1)).toMatchObject({ status: 200, code: null });
  });

  it('latency waits before every answer but those to the owner', async () => {
    const sandbox = inProcess(seedWith({ roles }), { latencyMs: 30 });
    await getRole(sandbox);
    await sandbox.call('sts.GetCallerIdentity', {}, admin);
    expect(sandbox.slept).toEqual([30, 30]);
  });
});
