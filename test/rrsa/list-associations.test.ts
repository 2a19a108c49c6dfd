import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../src/cloud/ports.ts';
import { ToolError } from '../../src/errors.ts';
import { formatPolicy } from '../../src/policy/document.ts';
import { planTrust } from '../../src/policy/trust.ts';
import { createLimiter } from '../../src/rrsa/limiter.ts';
import { type ListAssociationsPorts, listAssociations } from '../../src/rrsa/list-associations.ts';
import { fakeClock } from '../support/fake-clock.ts';
import {
  apiError,
  CLUSTER_ID,
  cluster,
  errorOf,
  fakeRam,
  ISSUER,
  networkError,
  PROVIDER_ARN,
  recordingReport,
  withoutRrsa,
} from './fakes.ts';

const trusting = (namespace: string, serviceAccount: string): string =>
  formatPolicy(
    planTrust(undefined, { providerArn: PROVIDER_ARN, issuer: ISSUER, namespace, serviceAccount }).document,
    'compact',
  );
const nobody =
  '{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":["ecs.aliyuncs.com"]}}]}';

function world(options: { cluster?: Cluster | undefined } = { cluster: cluster() }) {
  const clock = fakeClock();
  const ram = fakeRam(clock);
  const report = recordingReport();
  const signal = new AbortController().signal;
  const ports: ListAssociationsPorts = {
    ack: {
      getCluster: async () => options.cluster,
      getAddon: async () => ({ name: 'ack-pod-identity-webhook', version: '0.1.1', state: 'active' }) as never,
    },
    ram,
    limiter: createLimiter({ clock, signal, report }),
    report,
    clock,
  };
  const list = (input: Partial<Parameters<typeof listAssociations>[0]> = {}) =>
    clock.run(listAssociations({ clusterId: CLUSTER_ID, ...input }, ports));
  return { clock, ram, report, ports, list };
}

const namesOf = (list: Awaited<ReturnType<typeof listAssociations>>): string[] =>
  list.roles.map(({ role }) => role.name);

describe('list-associations', () => {
  it('finds the roles that trust the cluster, sorted, with whom they trust and what is attached', async () => {
    const { ram, list, report } = world();
    ram.addRole('zeta', trusting('app', 'writer'));
    ram.addRole('plain', nobody);
    ram.addRole('alpha', trusting('app', 'reader'));
    ram.attached.set('alpha', new Set(['Custom/b', 'System/z', 'Custom/a', 'System/y']));
    const found = await list();
    expect(namesOf(found)).toEqual(['alpha', 'zeta']);
    expect(found.roles[0]?.trusts).toMatchObject([{ namespace: 'app', serviceAccount: 'reader', effect: 'allowed' }]);
    expect(found.roles[0]?.policies.map(({ type, name }) => `${type}/${name}`)).toEqual([
      'System/y',
      'System/z',
      'Custom/a',
      'Custom/b',
    ]);
    expect(found.unreadable).toEqual([]);
    expect(report.openProgress()).toBe(0);
    expect(report.progressTexts[0]).toBe(`looking for the roles that trust cluster ${CLUSTER_ID}`);
  });

  it('asks for the policies of roles that are meant, and of no other', async () => {
    const { ram, list } = world();
    ram.addRole('a', trusting('app', 'reader'));
    ram.addRole('b', trusting('other', 'reader'));
    ram.addRole('c', nobody);
    expect(namesOf(await list({ namespace: 'app' }))).toEqual(['a']);
    expect(ram.calls.filter((call) => call === 'listPoliciesForRole')).toHaveLength(1);
    expect(ram.calls.filter((call) => call === 'getRole')).toHaveLength(3);
  });

  it('reads one role and lists none when one is named', async () => {
    const { ram, list } = world();
    ram.addRole('a', trusting('app', 'reader'));
    ram.addRole('b', trusting('app', 'reader'));
    expect(namesOf(await list({ roleName: 'b' }))).toEqual(['b']);
    expect(ram.calls).toEqual(['getRole', 'listPoliciesForRole']);
  });

  it('says so when the role that was named does not exist', async () => {
    const { list } = world();
    expect(await errorOf(list({ roleName: 'gone' }))).toMatchObject({
      code: 'ROLE_NOT_FOUND',
      message: 'there is no role gone',
    });
  });

  it.each([
    ['cluster id', { clusterId: '../x' }],
    ['role name', { roleName: 'a/b' }],
    ['namespace', { namespace: 'A_' }],
    ['service account', { serviceAccount: '' }],
  ])('calls nothing for a %s that cannot be one', async (_what, input) => {
    const { list, ram } = world();
    expect(await errorOf(list(input))).toMatchObject({ code: 'USAGE' });
    expect(ram.calls).toEqual([]);
  });

  it('says so when there is no such cluster, and reads no role', async () => {
    const { list, ram } = world({ cluster: undefined });
    ram.addRole('a', nobody);
    expect(await errorOf(list())).toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
    expect(ram.calls).not.toContain('getRole');
  });

  it('lists what will be trusted again while RRSA is off, and warns', async () => {
    const { list, ram, report } = world({ cluster: cluster({ rrsa: withoutRrsa }) });
    ram.addRole('a', trusting('app', 'reader'));
    expect((await list()).roles[0]?.trusts).toMatchObject([{ namespace: 'app', effect: 'allowed' }]);
    expect(report.text()).toContain(`RRSA is off on cluster ${CLUSTER_ID}`);
  });

  it('shows the others when one role cannot be parsed or read', async () => {
    const { ram, list } = world();
    ram.addRole('good', trusting('app', 'reader'));
    ram.addRole('broken', '{"Version":');
    ram.addRole('hidden', nobody);
    ram.intercept = (call, proceed) => {
      if (call === 'getRole' && ram.calls.length === 4) throw apiError('NoPermission', 403);
      return proceed();
    };
    const found = await list();
    expect(namesOf(found)).toEqual(['good']);
    expect(found.unreadable.map(({ roleName }) => roleName)).toEqual(['broken', 'hidden']);
    expect(found.unreadable[0]?.error).toContain('the trust policy of role broken is not a policy document');
  });

  it('lists a role whose policies it may not see, and says that it is not whole', async () => {
    const { ram, list } = world();
    ram.addRole('a', trusting('app', 'reader'));
    ram.intercept = (call, proceed) => {
      if (call === 'listPoliciesForRole') throw apiError('NoPermission', 403);
      return proceed();
    };
    const found = await list();
    expect(namesOf(found)).toEqual(['a']);
    expect(found.unreadable).toMatchObject([{ roleName: 'a' }]);
  });

  it('fails with the reason when not one role could be read', async () => {
    const { ram, list } = world();
    ram.addRole('a', nobody);
    ram.addRole('b', nobody);
    ram.intercept = (call, proceed) => {
      if (call === 'getRole') throw apiError('NoPermission', 403);
      return proceed();
    };
    expect(await errorOf(list())).toMatchObject({ api: { apiCode: 'NoPermission' } });
  });

  it('leaves out a role that is deleted before its document or its policies are read', async () => {
    const { ram, list } = world();
    for (const name of ['a', 'b', 'c']) ram.addRole(name, trusting('app', name));
    ram.intercept = (call, proceed) => {
      if (call === 'listRoleNames') {
        const names = proceed();
        ram.roles.delete('a');
        return names;
      }
      if (call === 'listPoliciesForRole') ram.roles.delete('b');
      return proceed();
    };
    const found = await list();
    expect(namesOf(found)).toEqual(['c']);
    expect(found.unreadable).toEqual([]);
  });

  it('goes on more slowly when it is throttled, and loses nothing', async () => {
    const { ram, list } = world();
    const names = Array.from({ length: 60 }, (_, index) => `role-${String(index).padStart(2, '0')}`);
    for (const name of names) ram.addRole(name, trusting('app', name));
    let calls = 0;
    ram.intercept = (_call, proceed) => {
      calls += 1;
      if (calls % 5 === 0) throw apiError('Throttling.User', 400);
      return proceed();
    };
    expect(namesOf(await list())).toEqual(names);
  });

  it('stops asking when nobody answers any more', async () => {
    const { ram, list, report } = world();
    for (let index = 0; index < 100; index += 1) ram.addRole(`r${index}`, nobody);
    ram.intercept = (call, proceed) => {
      if (call === 'getRole') throw networkError();
      return proceed();
    };
    expect(await errorOf(list())).toMatchObject({ code: 'NETWORK' });
    expect(ram.calls.length).toBeLessThan(25);
    expect(report.openProgress()).toBe(0);
  });

  it('has a bounded number of requests under way', async () => {
    const { ram, list, clock } = world();
    for (let index = 0; index < 100; index += 1) ram.addRole(`r${index}`, trusting('app', `r${index}`));
    let now = 0;
    let most = 0;
    ram.intercept = async (_call, proceed) => {
      now += 1;
      most = Math.max(most, now);
      await clock.sleep(20);
      now -= 1;
      return proceed();
    };
    await list();
    expect(most).toBe(10);
  });

  it('counts the roles that it has read', async () => {
    const { ram, list, report } = world();
    for (let index = 0; index < 1000; index += 1) ram.addRole(`r${index}`, nobody);
    await list();
    expect(report.progressTexts.at(-1)).toBe('trust policies: 1000 of 1000 read');
    expect(report.progressCounts.slice(0, 2)).toEqual([{ done: 0 }, { done: 1, total: 1000 }]);
    expect(report.progressCounts).toHaveLength(report.progressTexts.length);
  });

  it('asks for the addon only when it is told to, and does without an answer', async () => {
    const { list, ports, report, clock } = world();
    expect((await list()).helperAddon).toBeUndefined();
    expect((await list({ withHelperAddon: true })).helperAddon).toBe(true);
    const refusing = { ...ports.ack, getAddon: () => Promise.reject(apiError('StatusForbidden', 403)) };
    const input = { clusterId: CLUSTER_ID, withHelperAddon: true };
    const found = await clock.run(listAssociations(input, { ...ports, ack: refusing }));
    expect(found.helperAddon).toBeUndefined();
    expect(report.text()).toContain('whether ack-pod-identity-webhook is installed is not known');
    const offline = { ...ports.ack, getAddon: () => Promise.reject(new ToolError('NETWORK', 'gone')) };
    expect(await errorOf(clock.run(listAssociations(input, { ...ports, ack: offline })))).toMatchObject({
      code: 'NETWORK',
    });
  });
});
