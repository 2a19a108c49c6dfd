import { describe, expect, it } from 'vitest';
import { colourFor, plain as noColour } from '../../../src/output/colour.ts';
import { explainPresenter } from '../../../src/output/results/explain.ts';
import type { Explanation } from '../../../src/rrsa/explain.ts';
import { memoryIo } from '../../support/memory-io.ts';

const io = memoryIo();
const plain = explainPresenter(noColour);
const coloured = explainPresenter(await colourFor(io.stdout, { FORCE_COLOR: '1' }));

const providerArn = 'acs:ram::18:oidc-provider/ack-rrsa-c1';
const explanation: Explanation = {
  source: 'role oss-reader',
  clusterId: 'c1',
  request: {
    providerArn,
    issuer: 'https://i/c1',
    audiences: ['sts.aliyuncs.com'],
    subject: 'system:serviceaccount:a:b',
  },
  decision: 'denied',
  policyDecision: 'denied',
  statements: [
    {
      document: 0,
      index: 0,
      effect: 'Allow',
      principal: { matched: true, expected: [providerArn] },
      action: { matched: true, expected: ['sts:AssumeRole'] },
      conditions: [
        {
          operator: 'StringEquals',
          key: 'oidc:iss',
          expected: ['https://i/c1'],
          actual: ['https://i/c1'],
          matched: true,
        },
        {
          operator: 'StringLike',
          key: 'oidc:sub',
          expected: ['system:serviceaccount:x:*', 'system:serviceaccount:y:*'],
          actual: ['system:serviceaccount:a:b'],
          matched: false,
        },
      ],
      verdict: 'condition',
    },
    {
      document: 0,
      index: 1,
      effect: '',
      principal: { matched: true, expected: [] },
      action: { matched: false, expected: ['ecs:*'], negated: true },
      conditions: [
        {
          operator: 'Nope',
          key: 'k\u001b[31m',
          expected: ['v'],
          actual: [],
          matched: false,
          problem: 'unknown operator',
        },
      ],
      verdict: 'action',
      malformed: 'Effect is neither Allow nor Deny',
    },
  ],
  findings: [
    {
      id: 'subject-pattern',
      severity: 'info',
      statement: 0,
      message: `Statement[0] ${'says something long '.repeat(6)}`,
    },
    { id: 'malformed', severity: 'error', statement: 1, message: 'Statement[1] cannot be read' },
  ],
  cure: [
    { kind: 'do', text: 'take Statement[1] out of the policy' },
    { kind: 'run', text: `ack-ram-tool rrsa associate-role -c ${'c'.repeat(64)} -r oss-reader -n a -s b` },
    { kind: 'add', text: '{"Effect":"Allow"}' },
  ],
};

describe('explainPresenter', () => {
  it('prints a tree that can be read in 80 columns', () => {
    expect(plain.text(explanation)).toBe(
      `denied: role oss-reader

request
  cluster   c1
  provider  acs:ram::18:oidc-provider/ack-rrsa-c1
  oidc:iss  https://i/c1
  oidc:aud  sts.aliyuncs.com
  oidc:sub  system:serviceaccount:a:b

Statement[0] Allow: does not apply, a condition is not met
  ok Principal
  ok Action
  ok StringEquals oidc:iss
  no StringLike oidc:sub
      expected  system:serviceaccount:x:*
                system:serviceaccount:y:*
      actual    system:serviceaccount:a:b

Statement[1] (no Effect): does not apply, its action is another
  ! Effect is neither Allow nor Deny
  ok Principal
  no NotAction
      expected  ecs:*
      actual    sts:AssumeRole
  no Nope k\\u001b[31m
      expected  v
      actual    (none)
      ! unknown operator

findings
  info     Statement[0] says something long says something long says something
           long says something long says something long says something long 
           [subject-pattern]
  error    Statement[1] cannot be read [malformed]

cure
  take Statement[1] out of the policy
  ack-ram-tool rrsa associate-role -c ${'c'.repeat(64)} -r oss-reader -n a -s b
  add this statement:
  {
    "Effect": "Allow"
  }
`.replace('long \n', 'long\n'),
    );
  });

  it('says that there is no statement, and when only the token does not fit', () => {
    const text = plain.text({ ...explanation, policyDecision: 'allowed', statements: [], findings: [], cure: [] });
    expect(text).toContain('denied: role oss-reader\nthe trust policy would allow it, but the token does not fit\n');
    expect(text.endsWith('\n\nthe trust policy has no statement\n')).toBe(true);
  });

  it('has the same words in colour', () => {
    const text = coloured.text(explanation);
    expect(text).toContain('\u001b[31m');
    expect(text.replaceAll(/\u001b\[\d+m/g, '')).toBe(plain.text(explanation));
  });

  it('has exactly the documented keys', () => {
    const json = plain.json(explanation) as Record<string, unknown>;
    expect(Object.keys(json)).toEqual(['decision', 'statements', 'findings', 'cure']);
    expect((json.statements as object[])[0]).toEqual({
      index: 0,
      effect: 'Allow',
      principal: { expected: [providerArn], actual: [providerArn], matched: true },
      action: { expected: ['sts:AssumeRole'], actual: ['sts:AssumeRole'], matched: true, negated: false },
      conditions: explanation.statements[0]?.conditions,
      verdict: 'condition',
    });
    expect(Object.keys((json.statements as { conditions: object[] }[])[1]?.conditions[0] ?? {})).toEqual([
      'operator',
      'key',
      'expected',
      'actual',
      'matched',
    ]);
    expect(json.findings).toContainEqual({
      id: 'malformed',
      severity: 'error',
      message: 'Statement[1] cannot be read',
    });
    expect(json.cure).toBe(explanation.cure.map(({ text }) => text).join('\n'));
    expect(plain.json({ ...explanation, cure: [] })).toMatchObject({ cure: null });
  });
});
