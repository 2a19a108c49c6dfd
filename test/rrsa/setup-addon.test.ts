import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../src/policy/document.ts';
import { evaluatePermissions } from '../../src/policy/evaluate.ts';
import { addonNames, requireAddonPreset } from '../../src/rrsa/addon-presets.ts';
import type { AssociateRolePorts } from '../../src/rrsa/associate.ts';
import { trustsOf } from '../../src/rrsa/role-trusts.ts';
import { setupAddon } from '../../src/rrsa/setup-addon.ts';
import { fakeClock } from '../support/fake-clock.ts';
import {
  CLUSTER_ID,
  cluster,
  errorOf,
  fakeRam,
  ISSUER,
  mustNotAsk,
  noLock,
  PROVIDER_ARN,
  recordingReport,
  withoutRrsa,
} from './fakes.ts';

function world(rrsa = cluster().rrsa) {
  const clock = fakeClock();
  const ram = fakeRam(clock);
  const report = recordingReport();
  const questions: string[] = [];
  const ports: AssociateRolePorts = {
    ack: { getCluster: async () => cluster({ rrsa }) },
    ram,
    withLock: noLock,
    saveBackup: async () => '/backup.json',
    report,
    confirm: async (question) => void questions.push(question),
    clock,
    signal: new AbortController().signal,
  };
  const setup = (addonName: string, more: { dryRun?: boolean; ports?: Partial<AssociateRolePorts> } = {}) =>
    clock.run(
      setupAddon({ clusterId: CLUSTER_ID, addonName, dryRun: more.dryRun ?? false }, { ...ports, ...more.ports }),
    );
  return { ram, report, questions, setup };
}

describe('setup-addon', () => {
  it.each([
    ['kritis-validation-hook', 'kube-system', 'kritis', 'cr:ListInstance'],
    ['ack-erdma-controller', 'ack-erdma-controller', 'ack-erdma-controller', 'ecs:AttachNetworkInterface'],
  ])(
    'makes policy, role, trust and attachment for %s after one question',
    async (addon, namespace, serviceAccount, action) => {
      const { ram, questions, setup } = world();
      const result = await setup(addon);
      expect(result).toMatchObject({
        roleName: `${addon}-${CLUSTER_ID}`,
        created: true,
        changed: true,
        policies: [{ name: `ack-addon-policy-${addon}`, type: 'Custom', change: 'createAndAttach' }],
      });
      expect(questions).toHaveLength(1);
      const role = ram.roles.get(`${addon}-${CLUSTER_ID}`);
      const trust = parsePolicy(role?.trustPolicy ?? '', 'it');
      expect(trustsOf(trust, { providerArn: PROVIDER_ARN, issuer: ISSUER })).toMatchObject([
        { namespace, serviceAccount, effect: 'allowed' },
      ]);
      expect([...(ram.attached.get(`${addon}-${CLUSTER_ID}`) ?? [])]).toEqual([`Custom/ack-addon-policy-${addon}`]);
      const policy = parsePolicy(ram.policies.get(`Custom/ack-addon-policy-${addon}`) ?? '', 'it');
      const may = (wanted: string) =>
        evaluatePermissions([policy], { action: wanted, resource: '*', context: {} }).decision;
      expect(may(action)).toBe('allowed');
      expect(may('ram:UpdateRole')).toBe('denied');
    },
  );

  it('changes nothing and asks nothing the second time', async () => {
    const { setup, ram, report } = world();
    await setup('kritis-validation-hook');
    const calls = ram.calls.length;
    expect(await setup('kritis-validation-hook', { ports: { confirm: mustNotAsk } })).toMatchObject({
      changed: false,
      policies: [{ change: 'none' }],
    });
    expect(ram.calls.slice(calls).every((call) => /^(get|list)/.test(call))).toBe(true);
    expect(report.lines.filter((line) => line.startsWith('warn'))).toEqual([]);
  });

  it('keeps the policy of that name as it is, and warns when it is another', async () => {
    const { setup, ram, report } = world();
    ram.policies.set('Custom/ack-addon-policy-kritis-validation-hook', '{"Version":"1","Statement":[]}');
    expect(await setup('kritis-validation-hook')).toMatchObject({ policies: [{ change: 'attach' }] });
    expect(ram.policies.get('Custom/ack-addon-policy-kritis-validation-hook')).toBe('{"Version":"1","Statement":[]}');
    expect(report.text()).toContain('exists already with another document, which stays as it is');
  });

  it('writes nothing in a dry run', async () => {
    const { setup, ram } = world();
    expect(await setup('ack-erdma-controller', { dryRun: true, ports: { confirm: mustNotAsk } })).toMatchObject({
      changed: true,
    });
    expect(ram.roles.size + ram.policies.size).toBe(0);
  });

  it('makes nothing while RRSA is off', async () => {
    const { setup, ram } = world(withoutRrsa as never);
    expect(await errorOf(setup('kritis-validation-hook'))).toMatchObject({ code: 'RRSA_DISABLED' });
    expect(ram.roles.size + ram.policies.size).toBe(0);
  });

  it.each(['', 'kritis', 'KRITIS-VALIDATION-HOOK', '__proto__', 'constructor', 'x'.repeat(1000), '\u001b[31m'])(
    'refuses %j before anything is called, and names those it knows',
    async (name) => {
      const { setup, ram } = world();
      const error = await errorOf(setup(name));
      expect(error).toMatchObject({ code: 'USAGE', exitCode: 2 });
      expect(error.message).toContain('kritis-validation-hook and ack-erdma-controller');
      expect(error.message).not.toContain('\u001b');
      expect(error.message.length).toBeLessThan(300);
      expect(ram.calls).toEqual([]);
    },
  );

  it('guesses what was meant', async () => {
    const { setup } = world();
    expect((await errorOf(setup('ack-erdma-controler'))).hint).toBe('did you mean ack-erdma-controller?');
    expect((await errorOf(setup('something'))).hint).toBeUndefined();
  });

  it('refuses a cluster id that makes a role name RAM does not take', async () => {
    const { ram } = world();
    const input = { clusterId: 'c'.repeat(64), addonName: 'kritis-validation-hook', dryRun: false };
    expect(await errorOf(setupAddon(input, { ram } as never))).toMatchObject({ code: 'USAGE' });
    expect(ram.calls).toEqual([]);
  });

  it('has presets of valid policies, each found by its name', () => {
    for (const name of addonNames) {
      const { policy, roleName } = requireAddonPreset(name);
      expect(() => parsePolicy(policy.document, 'it')).not.toThrow();
      expect(roleName(`c${'0'.repeat(32)}`).length).toBeLessThanOrEqual(64);
    }
  });
});
