import { describe, expect, it } from 'vitest';
import { type RestoreTrustInput, type RestoreTrustPorts, restoreTrustPolicy } from '../../src/rrsa/restore.ts';
import { fakeClock } from '../support/fake-clock.ts';
import {
  apiError,
  errorOf,
  fakeRam,
  mustNotAsk,
  networkError,
  noLock,
  recordingReport,
  sharedController,
} from './fakes.ts';

const now = '{"Statement":[],"Version":"1"}';
const old = '{ "Version": "1", "Statement": [ {"Effect": "Allow", "x": 1.0} ] }';
const others = '{"Statement":[{"Effect":"Deny"}],"Version":"1"}';
const backup = {
  schemaVersion: 1 as const,
  account: '1000000000000001',
  roleArn: 'acs:ram::1000000000000001:role/r',
  savedAt: '2026-01-02T03:04:05.000Z',
  reason: 'associate-role',
  document: old,
};
const input: RestoreTrustInput = { roleName: 'r', backup, path: './b.json', force: false, dryRun: false };

function world(trustPolicy = now) {
  const clock = fakeClock();
  const ram = fakeRam();
  const report = recordingReport();
  const questions: string[] = [];
  const backups: string[] = [];
  ram.addRole('r', trustPolicy);
  const ports: RestoreTrustPorts = {
    ram,
    withLock: noLock,
    saveBackup: async ({ document, reason }) => `/state/${reason}-${backups.push(document)}.json`,
    report,
    confirm: async (question) => void questions.push(question),
    clock,
    signal: sharedController().signal,
  };
  const run = (changes: Partial<RestoreTrustInput> = {}, other: Partial<RestoreTrustPorts> = {}) =>
    clock.run(restoreTrustPolicy({ ...input, ...changes }, { ...ports, ...other }));
  const writes = (): string[] => ram.calls.filter((call) => !/^(get|list)/.test(call));
  const trust = (): string | undefined => ram.roles.get('r')?.trustPolicy;
  return { ram, report, questions, backups, run, writes, trust };
}

describe('restore-trust-policy', () => {
  it('makes the document exactly the one of the backup, after a diff and a question, and keeps the one before', async () => {
    const { run, trust, questions, report, backups } = world();
    const result = await run();
    expect(trust()).toBe(old);
    expect(questions).toEqual(['Replace the trust policy of role r?']);
    expect(report.changes[0]).toMatchObject({
      summary: 'put the trust policy of role r back as it was at 2026-01-02T03:04:05.000Z, before associate-role',
      document: { before: now, after: old },
    });
    expect(backups).toEqual([now]);
    expect(result).toEqual({
      roleName: 'r',
      roleArn: backup.roleArn,
      created: false,
      changed: true,
      backup: '/state/restore-trust-policy-1.json',
      before: now,
      after: old,
      policies: [],
    });
  });

  it('is done already when the document says the same, however it is spelled', async () => {
    for (const same of [old, '{"Statement":[{"x":1.0,"Effect":"Allow"}],"Version":"1"}']) {
      const { run, writes } = world(same);
      expect(await run({}, { confirm: mustNotAsk })).toMatchObject({ changed: false, backup: null, after: same });
      expect(writes()).toEqual([]);
    }
  });

  it('takes a number that is spelled otherwise for a change', async () => {
    const { run, trust } = world('{"Statement":[{"Effect":"Allow","x":1}],"Version":"1"}');
    await run();
    expect(trust()).toBe(old);
  });

  it('replaces a document that cannot be read', async () => {
    const { run, trust, backups } = world('{"Statement":');
    expect(await run()).toMatchObject({ changed: true });
    expect(trust()).toBe(old);
    expect(backups).toEqual(['{"Statement":']);
  });

  it('changes nothing with a dry run', async () => {
    const { run, writes } = world();
    expect(await run({ dryRun: true }, { confirm: mustNotAsk })).toMatchObject({ changed: true, after: old });
    expect(writes()).toEqual([]);
  });

  it.each(['acs:ram::1000000000000001:role/other', 'acs:ram::2000000000000002:role/r'])(
    'refuses the backup of %s, unless forced',
    async (roleArn) => {
      const { run, writes, report, trust } = world();
      const error = await errorOf(run({ backup: { ...backup, roleArn } }, { confirm: mustNotAsk }));
      expect(error).toMatchObject({ code: 'FILE_INVALID', hint: expect.stringContaining('--force') });
      expect(error.message).toContain(roleArn);
      expect(writes()).toEqual([]);
      await run({ backup: { ...backup, roleArn }, force: true });
      expect(report.text()).toContain(`warn: backup file ./b.json is of ${roleArn}`);
      expect(trust()).toBe(old);
    },
  );

  it('does not overwrite what somebody else wrote since it was shown', async () => {
    const { run, ram, writes, trust } = world();
    const confirm = async (): Promise<void> => void ram.addRole('r', others);
    const error = await errorOf(run({ path: './my b.json' }, { confirm }));
    expect(error).toMatchObject({ code: 'CONFLICT', hint: expect.stringContaining("-r r --from './my b.json'") });
    expect(writes()).toEqual([]);
    expect(trust()).toBe(others);
  });

  it('says so when somebody else changes it right afterwards, and leaves that alone', async () => {
    const { run, ram, report, trust } = world();
    let reads = 0;
    ram.intercept = (call, proceed) => {
      if (call === 'getRole' && ++reads === 4) ram.addRole('r', others);
      return proceed();
    };
    expect(await errorOf(run())).toMatchObject({ code: 'CONFLICT' });
    expect(trust()).toBe(others);
    expect(report.lines.at(-1)).toContain('done before it stopped: wrote the trust policy of role r');
  });

  it('writes again when somebody slower put the one before back', async () => {
    const { run, ram, trust } = world();
    let reads = 0;
    ram.intercept = (call, proceed) => {
      if (call === 'getRole' && ++reads === 4) ram.addRole('r', now);
      return proceed();
    };
    await run();
    expect(trust()).toBe(old);
  });

  it('finds out what became of a write that was not answered', async () => {
    const { run, ram, trust } = world();
    let sent = 0;
    ram.intercept = (call, proceed) => {
      const answer = proceed();
      if (call === 'updateTrustPolicy' && ++sent === 1) throw networkError();
      return answer;
    };
    expect(await run()).toMatchObject({ changed: true });
    expect(trust()).toBe(old);
    expect(sent).toBe(1);
  });

  it('passes on what RAM refuses, and a role that is missing', async () => {
    const { run, ram } = world();
    ram.intercept = (call, proceed) => {
      if (call === 'updateTrustPolicy') throw apiError('MalformedPolicyDocument', 400);
      return proceed();
    };
    expect(await errorOf(run())).toMatchObject({ api: { apiCode: 'MalformedPolicyDocument' } });
    expect(await errorOf(run({ roleName: 'gone' }))).toMatchObject({ code: 'ROLE_NOT_FOUND' });
    expect(await errorOf(run({ roleName: '../r' }))).toMatchObject({ code: 'USAGE' });
  });
});
