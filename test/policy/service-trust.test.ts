import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPolicy, parsePolicy, statementsOf } from '../../src/policy/document.ts';
import { evaluateTrust } from '../../src/policy/evaluate.ts';
import { planServiceTrust } from '../../src/policy/service-trust.ts';

const service = 'ecs.aliyuncs.com';
const trusting = (more: object = {}) => ({
  Action: 'sts:AssumeRole',
  Effect: 'Allow',
  Principal: { Service: [service] },
  ...more,
});
const documentOf = (statement: unknown, more: object = {}) =>
  parsePolicy(JSON.stringify({ Statement: statement, Version: '1', ...more }), 'it');
const planned = (statement: unknown) => planServiceTrust(documentOf(statement), service);

describe('the trust of a cloud service', () => {
  it('is written as the console writes it where there is no role yet', () => {
    const { kind, document } = planServiceTrust(undefined, service);
    expect(kind).toBe('create');
    expect(formatPolicy(document, 'compact')).toBe(
      '{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":["ecs.aliyuncs.com"]}}],"Version":"1"}',
    );
  });

  it.each([
    ['a list of services', trusting({ Principal: { Service: ['fc.aliyuncs.com', service] } })],
    ['one service as text', trusting({ Principal: { Service: service } })],
    ['a service beside an account', trusting({ Principal: { RAM: ['acs:ram::1:root'], Service: [service] } })],
    ['every action of STS', trusting({ Action: ['sts:*'] })],
  ])('is recognised in %s', (_what, statement) => {
    for (const form of [statement, [{ ...trusting(), Principal: { Service: ['x'] } }, statement]]) {
      const document = documentOf(form);
      const plan = planServiceTrust(document, service);
      expect(plan.document).toBe(document);
      expect(plan).toMatchObject({ kind: 'unchanged', coveredBy: { index: Array.isArray(form) ? 1 : 0 } });
    }
  });

  it.each([
    ['another service', trusting({ Principal: { Service: ['eci.aliyuncs.com'] } })],
    ['the same name as another kind', trusting({ Principal: { RAM: [service] } })],
    ['another action', trusting({ Action: 'sts:TagResource' })],
    ['a condition', trusting({ Condition: { StringEquals: { 'sts:ExternalId': ['x'] } } })],
    ['nothing that can be read', { Effect: 'Allow' }],
  ])('is not taken for granted because of %s, and is added as a statement of its own', (_what, statement) => {
    const { kind, document } = planned(statement);
    expect(kind).toBe('append');
    const [first, second, ...rest] = JSON.parse(formatPolicy(document, 'compact')).Statement;
    expect([first, second, rest]).toEqual([statement, trusting(), []]);
  });

  it('is told of a statement that denies it all the same', () => {
    const deny = trusting({ Effect: 'Deny' });
    expect(planned([trusting(), deny])).toMatchObject({ kind: 'unchanged', deniedBy: 1 });
    expect(planned([deny])).toMatchObject({ kind: 'append', deniedBy: 0 });
  });

  it('whatever the document: afterwards it is trusted, a second plan changes nothing, and all else is as it was', () => {
    const name = fc.constantFrom(service, 'fc.aliyuncs.com', '*', 'acs:ram::1:root');
    const names = fc.oneof(name, fc.array(name, { maxLength: 3 }));
    const statement = fc.record(
      {
        Effect: fc.constantFrom('Allow', 'allow', 7),
        Action: fc.constantFrom('sts:AssumeRole', '*', ['sts:*'], 'ecs:*'),
        Principal: fc.oneof(fc.record({ Service: names }), fc.record({ RAM: names }), fc.constant('*')),
        Condition: fc.constantFrom({}, { StringEquals: { 'acs:x': 'y' } }, 'odd'),
        '1': fc.constant(1.5),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(statement, fc.array(statement, { maxLength: 4 })), (statements) => {
        const document = documentOf(statements, { Zebra: 1, Other: [12345678901234567890n.toString()] });
        const plan = planServiceTrust(document, service);
        expect(planServiceTrust(plan.document, service).kind).toBe('unchanged');
        const request = {
          principal: { kind: 'Service', name: service },
          action: 'sts:AssumeRole',
          context: {},
        } as const;
        const { decision } = evaluateTrust(plan.document, request);
        expect(decision).toBe(plan.deniedBy === undefined ? 'allowed' : 'explicitlyDenied');
        const kept = statementsOf(plan.document).slice(0, statementsOf(document).length);
        expect(JSON.stringify(kept)).toBe(JSON.stringify(statementsOf(document)));
        expect(Object.keys(plan.document)).toEqual(Object.keys(document));
      }),
    );
  });
});
