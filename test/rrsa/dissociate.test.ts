import { describe, expect, it } from 'vitest';
import { type DissociateRolePorts, dissociateRole } from '../../src/rrsa/dissociate.ts';
import { apiError, errorOf, fakeRam, mustNotAsk, recordingReport } from './fakes.ts';

function world() {
  const ram = fakeRam();
  const report = recordingReport();
  const questions: string[] = [];
  ram.addRole('r', '{"Version":"1","Statement":[]}');
  ram.attached.set('r', new Set(['System/A', 'Custom/A', 'Custom/B']));
  const ports: DissociateRolePorts = {
    ram,
    report,
    confirm: async (question) => void questions.push(question),
    signal: new AbortController().signal,
  };
  return { ram, report, questions, ports };
}

const input = { roleName: 'r', systemPolicies: ['A'], customPolicies: ['B'], dryRun: false };

describe('dissociate-role', () => {
  it('detaches exactly what is named, after one question', async () => {
    const { ram, ports, questions, report } = world();
    const result = await dissociateRole(input, ports);
    expect([...(ram.attached.get('r') ?? [])]).toEqual(['Custom/A']);
    expect(questions).toEqual(['Change role r?']);
    expect(report.changes[0]?.notes).toEqual(['detach system policy A', 'detach custom policy B']);
    expect(result).toEqual({
      roleName: 'r',
      roleArn: 'acs:ram::1000000000000001:role/r',
      created: false,
      changed: true,
      backup: null,
      before: '{"Version":"1","Statement":[]}',
      after: '{"Version":"1","Statement":[]}',
      policies: [
        { name: 'A', type: 'System', change: 'detach' },
        { name: 'B', type: 'Custom', change: 'detach' },
      ],
    });
  });

  it('asks nothing when none of them is attached, and says so', async () => {
    const { ports, report } = world();
    const result = await dissociateRole(
      { ...input, systemPolicies: ['B'], customPolicies: [] },
      { ...ports, confirm: mustNotAsk },
    );
    expect(result).toMatchObject({ changed: false, policies: [{ name: 'B', type: 'System', change: 'none' }] });
    expect(report.text()).toContain('system policy B is not attached to role r');
  });

  it('changes nothing with a dry run', async () => {
    const { ram, ports } = world();
    expect(await dissociateRole({ ...input, dryRun: true }, { ...ports, confirm: mustNotAsk })).toMatchObject({
      changed: true,
    });
    expect(ram.attached.get('r')?.size).toBe(3);
  });

  it('says what was done when it fails halfway', async () => {
    const { ram, ports, report } = world();
    let calls = 0;
    ram.intercept = (call, proceed) => {
      if (call === 'detachPolicyFromRole' && ++calls === 2) throw apiError('NoPermission', 403);
      return proceed();
    };
    await errorOf(dissociateRole(input, ports));
    expect(report.lines.at(-1)).toBe('warn: done before it stopped: detached system policy A from role r');
  });

  it('names the role that is missing', async () => {
    const { ports } = world();
    expect(await errorOf(dissociateRole({ ...input, roleName: 'gone' }, ports))).toMatchObject({
      code: 'ROLE_NOT_FOUND',
    });
  });

  it.each([{ systemPolicies: [], customPolicies: [] }, { systemPolicies: ['a/b'] }, { roleName: '../r' }])(
    'refuses %j before anything is called',
    async (changes) => {
      const { ram, ports } = world();
      expect(await errorOf(dissociateRole({ ...input, ...changes }, ports))).toMatchObject({ code: 'USAGE' });
      expect(ram.calls).toEqual([]);
    },
  );
});
