import { describe, expect, it } from 'vitest';
import { compactTrust, mergeableStatements } from '../../src/policy/compact.ts';
import { formatPolicy, parsePolicy, statementsOf } from '../../src/policy/document.ts';
import { evaluatePermissions, evaluateTrust } from '../../src/policy/evaluate.ts';
import { RawNumber } from '../../src/policy/json.ts';
import { lintTrust } from '../../src/policy/lint.ts';
import { statementMeaning } from '../../src/policy/meaning.ts';
import { listTrusts, planTrust, planUntrust } from '../../src/policy/trust.ts';
import { documents, refusedAs, spoiltTexts, spoiltValues } from '../support/hostile.ts';

const issuer = 'https://oidc-ack-cn-hangzhou.oss-cn-hangzhou.aliyuncs.com/c1';
const providerArn = 'acs:ram::1000000000000001:oidc-provider/ack-rrsa-c1';
const trust = {
  Statement: [
    {
      Action: 'sts:AssumeRole',
      Condition: {
        StringEquals: {
          'oidc:aud': 'sts.aliyuncs.com',
          'oidc:iss': [issuer],
          'oidc:sub': ['system:serviceaccount:app:reader', 'system:serviceaccount:app:writer'],
        },
        StringLike: { 'oidc:sub': 'system:serviceaccount:team-*:*' },
      },
      Effect: 'Allow',
      Principal: { Federated: [providerArn] },
    },
    { Action: 'sts:AssumeRole', Effect: 'Deny', Principal: { RAM: ['acs:ram::1000000000000001:root'] } },
    { Action: ['sts:AssumeRole'], Effect: 'Allow', Principal: { Service: 'ecs.aliyuncs.com' }, Sid: 'ünïcode', N: 9 },
  ],
  Version: '1',
};
const permissions = {
  Version: '1',
  Statement: [
    {
      Effect: 'Allow',
      Action: ['cs:Describe*', 'ram:Get?ole'],
      Resource: 'acs:cs:*:*:cluster/c1',
      Condition: {
        IpAddress: { 'acs:SourceIp': ['10.0.0.0/8'] },
        Bool: { 'acs:MFAPresent': 'true' },
        NumericLessThan: { 'ram:MaxSessionDuration': '7200' },
        DateLessThan: { 'acs:CurrentTime': '2030-01-01T00:00:00Z' },
      },
    },
    { Effect: 'Deny', NotAction: 'ram:*', NotResource: ['*'] },
  ],
};
const want = { namespace: 'app', serviceAccount: 'reader', issuer, providerArn };

/** Everything that is done with a document from elsewhere. */
function useAll(text: string): void {
  const document = parsePolicy(text, 'the document');
  for (const style of ['compact', 'indented'] as const) {
    const again = formatPolicy(document, style);
    if (again.length > 1024 * 1024) continue;
    expect(formatPolicy(parsePolicy(again, 'what was written'), style)).toBe(again);
  }
  statementsOf(document).map(statementMeaning);
  lintTrust(document, { providerArn, issuers: [issuer] });
  mergeableStatements(document);
  compactTrust(document);
  listTrusts(document, providerArn);
  planTrust(document, want);
  planUntrust(document, want);
  evaluateTrust(document, {
    action: 'sts:AssumeRole',
    principal: { type: 'Federated', value: providerArn },
    context: { 'oidc:aud': ['sts.aliyuncs.com'], 'oidc:iss': [issuer], 'oidc:sub': ['system:serviceaccount:app:x'] },
  } as never);
  evaluatePermissions([document], {
    action: 'cs:DescribeClusters',
    resource: 'acs:cs:*:1000000000000001:cluster/c1',
    context: { 'acs:SourceIp': ['10.1.1.1'], 'acs:CurrentTime': ['x'] },
  } as never);
}

const refused = (text: string) => refusedAs(['TRUST_POLICY_UNREADABLE'], () => useAll(text));

describe('a policy document', () => {
  const good = [trust, permissions].flatMap((document) => [
    JSON.stringify(document),
    JSON.stringify(document, null, 2),
  ]);

  it('is read or refused, and used for all that there is, however its text is spoilt', async () => {
    await documents('policy document (text)', spoiltTexts(good), refused);
  });

  it('is read or refused, and used for all that there is, however its values are', async () => {
    await documents('policy document (values)', spoiltValues([trust, permissions]), (value) =>
      refused(JSON.stringify(value) ?? ''),
    );
  });

  it.each<[string, string]>([
    ['100000 open brackets', '['.repeat(100_000)],
    ['100000 levels', `${'{"Statement":['.repeat(100_000)}${']}'.repeat(100_000)}`],
    ['levels within a condition', JSON.stringify(trust).replace('"sts.aliyuncs.com"', '['.repeat(50_000))],
    ['a quote that does not end', `{"Statement":"${'x'.repeat(1_000_000)}`],
    ['1 MiB and a byte', `{"Version":"1","Statement":[]}${' '.repeat(1024 * 1024)}`],
    ['NUL bytes', '\0'.repeat(1000)],
    ['two equal keys', '{"Statement":[],"Statement":[]}'],
    ['two equal keys, one escaped', '{"Statement":[],"\\u0053tatement":[]}'],
    ['invalid UTF-8 that was decoded', Buffer.from([0xc3, 0x28, 0xff]).toString('utf8')],
    ['UTF-16', Buffer.from('{"Statement":[]}', 'utf16le').toString('latin1')],
  ])('is refused with %s', async (_name, text) => {
    await expect(Promise.resolve().then(() => useAll(text))).rejects.toMatchObject({ code: 'TRUST_POLICY_UNREADABLE' });
  });

  const many = <T>(count: number, make: (index: number) => T): T[] =>
    Array.from({ length: count }, (_, index) => make(index));
  it.each<[string, unknown]>([
    ['10000 statements', { Statement: many(10_000, () => ({ Effect: 'Allow', Action: 'a', Principal: { RAM: [] } })) }],
    ['2000 trusts', { Statement: many(2_000, (index) => ({ ...trust.Statement[0], Sid: `${index}` })) }],
    [
      '20000 subjects',
      {
        Statement: [
          {
            ...trust.Statement[0],
            Condition: { StringEquals: { 'oidc:sub': many(20_000, (index) => `system:serviceaccount:a:b${index}`) } },
          },
        ],
      },
    ],
    ['a pattern of stars', { Statement: [{ ...trust.Statement[0], Action: `${'*a'.repeat(100_000)}b` }] }],
    [
      'subjects of stars',
      {
        Statement: [
          {
            ...trust.Statement[0],
            Condition: {
              StringLike: { 'oidc:sub': many(200, (index) => `system:serviceaccount:${'*a'.repeat(500)}${index}:*?*`) },
            },
          },
        ],
      },
    ],
    ['10000 keys', { Statement: [Object.fromEntries(many(10_000, (index) => [`${index}`, index]))] }],
  ])('with %s takes no time to speak of', (_name, document) => {
    useAll(JSON.stringify({ Version: '1', ...(document as object) }));
  });

  it('keeps __proto__ as a key like any other, and numbers as they are spelled', () => {
    const text =
      '{"__proto__":{"polluted":1},"Statement":[{"__proto__":9007199254740993,"N":1.10e+400,"Z":-0}],"Version":"1"}';
    const document = parsePolicy(text, 'it');
    expect(formatPolicy(document, 'compact')).toBe(text);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(statementsOf(document)[0]).toHaveProperty('N', new RawNumber('1.10e+400'));
    useAll(text);
  });
});
