import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { normalize } from '../../src/commands/normalize.ts';
import { flagsOf } from '../../src/commands/table/flags.ts';
import { table } from '../../src/commands/table.ts';
import { explainCloudError, knownErrors } from '../../src/rrsa/cloud-errors.ts';
import { explainStsError } from '../../src/rrsa/sts-errors.ts';

interface Case {
  code: string;
  message: string;
  id: string;
}

/** Codes and messages of STS, as its error pages have them. */
const cases = JSON.parse(readFileSync(new URL('../cases/rrsa/sts-errors.json', import.meta.url), 'utf8')) as Case[];

describe('an error of STS', () => {
  it.each(cases)('$code "$message" is known as $id', ({ code, message, id }) => {
    expect(explainStsError({ code, text: message })?.id).toBe(id);
    expect(explainStsError({ code, text: message }, 'zh')?.id).toBe(id);
  });

  it('that is not known has no explanation', () => {
    expect(explainStsError({ code: 'QuotaExceeded.Session', text: 'no' })).toBeUndefined();
    expect(explainStsError({ code: '', text: 'no' })).toBeUndefined();
  });

  it('has the names that it tells in the commands of its cure, and placeholders for others', () => {
    const text =
      'STS refused role acs:ram::1:role/app for acs:ram::1:oidc-provider/ack-rrsa-c123, "system:serviceaccount:ns:sa"';
    const { cure = '' } = explainStsError({ code: 'AuthenticationFail.NoPermission', text }) ?? {};
    expect(cure).toContain('`ack-ram-tool rrsa associate-role -c c123 -r app -n ns -s sa`');
    const bare = explainStsError({ code: 'AuthenticationFail.NoPermission', text: 'acs:ram::1***:role/***' });
    expect(bare?.cure).toContain('associate-role -c CLUSTER_ID -r ROLE_NAME -n NAMESPACE -s SERVICE_ACCOUNT`');
  });

  it('gives no command a name that a shell would take for more than a name', () => {
    const text = 'acs:ram::1:role/$(id) acs:ram::1:oidc-provider/ack-rrsa-;id system:serviceaccount:`id`:$x';
    const { cure = '' } = explainStsError({ code: 'AuthenticationFail.NoPermission', text }) ?? {};
    expect(cure).toContain('associate-role -c CLUSTER_ID -r ROLE_NAME -n NAMESPACE -s SERVICE_ACCOUNT`');
  });
});

describe('an error of another service', () => {
  it('names the action that was refused', () => {
    const text = 'STSToken policy Forbidden for action cs:DescribeClusters {"NoPermissionType":"ImplicitDeny"}';
    const explained = explainCloudError({ code: 'StatusForbidden', text, service: 'CS' });
    expect(explained).toMatchObject({
      id: 'action-denied',
      cause: 'no policy of this identity allows cs:DescribeClusters',
    });
    const denied = text.replace('Implicit', 'Explicit');
    expect(explainCloudError({ code: 'StatusForbidden', text: denied })?.id).toBe('explicitly-denied');
  });

  it('is not taken for one of STS with the same code', () => {
    expect(explainCloudError({ code: 'NoPermission', text: 'x', service: 'RAM' })?.id).toBe('action-denied');
    expect(explainCloudError({ code: 'NoPermission', text: 'x', service: 'STS' })?.id).toBe('caller-may-not-assume');
    expect(explainCloudError({ code: 'EntityNotExist.Role', text: 'x', service: 'RAM' })?.id).toBe('ram-role-missing');
    expect(explainCloudError({ code: 'Throttling.User', text: 'x', service: 'CS' })?.id).toBe('throttled');
  });
});

describe('the tables', () => {
  it('have every id once', () => {
    expect(new Set(knownErrors.map(({ id }) => id)).size).toBe(knownErrors.length);
  });

  it.each(knownErrors)('say $id in both languages, with the same commands', ({ cause, cure, says, codes }) => {
    for (const texts of [cause, cure]) {
      expect(texts.en).toMatch(/^[\x20-\x7e…]+[^.]$/);
      expect(texts.zh).toMatch(/[\u4e00-\u9fff]/);
      expect(texts.zh).not.toMatch(/[\u4e00-\u9fff] ?[,;:(]|[,;:)] ?[\u4e00-\u9fff]|\u3002/);
    }
    const commands = (text: string) => [...text.matchAll(/`[^`]*`/g)].map(String).sort();
    const flags = (all: string[]) => all.filter((text) => / /.test(text));
    expect(flags(commands(cure.zh))).toEqual(flags(commands(cure.en)));
    expect(says.map((part) => part.toLowerCase())).toEqual(says);
    expect(codes.length + says.length).toBeGreaterThan(0);
  });

  const commands = new Set(
    knownErrors.flatMap(({ cure }) => [...cure.en.matchAll(/`ack-ram-tool ([^`]+)`/g)].map(([, words = '']) => words)),
  );
  it.each([...commands])('name a command that there is: %s', (words) => {
    const { spec, flags } = normalize(words.split(' '), table);
    expect(spec).toBeDefined();
    const known = spec === undefined ? [] : flagsOf(spec).map(({ name }) => name);
    expect(flags.map(({ name }) => name).filter((name) => !known.includes(name))).toEqual([]);
  });
});
