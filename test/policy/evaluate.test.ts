import { describe, expect, it } from 'vitest';
import { type PolicyDocument, parsePolicy } from '../../src/policy/document.ts';
import {
  evaluatePermissions,
  evaluateTrust,
  type PermissionRequest,
  type TrustRequest,
} from '../../src/policy/evaluate.ts';
import { readCases } from './cases.ts';

interface Expected {
  name: string;
  decision: string;
  verdicts: string[];
}

const parse = (document: unknown): PolicyDocument => parsePolicy(JSON.stringify(document), 'the case');

describe('evaluateTrust', () => {
  it.each(readCases<Expected & { document: unknown; request: TrustRequest }>('evaluate-trust'))(
    '$name',
    ({ document, request, decision, verdicts }) => {
      const evaluation = evaluateTrust(parse(document), request);
      expect(evaluation.statements.map(({ verdict }) => verdict)).toEqual(verdicts);
      expect(evaluation.decision).toBe(decision);
      for (const [index, statement] of evaluation.statements.entries()) {
        expect(statement).toMatchObject({ document: 0, index });
        expect(statement).toHaveProperty('principal');
        expect(statement).not.toHaveProperty('resource');
        if (statement.verdict === 'malformed') expect(statement.malformed).toMatch(/\w/);
      }
    },
  );

  it('says what a statement wanted and what it got', () => {
    const document = parse({
      Statement: {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { Federated: ['acs:ram::1:oidc-provider/a'] },
        Condition: { StringEquals: { 'oidc:sub': ['x', 'y'] }, DateLessThan: { 'acs:CurrentTime': 'soon' } },
      },
    });
    const request: TrustRequest = {
      principal: { kind: 'Federated', arn: 'acs:ram::1:oidc-provider/b' },
      action: 'sts:AssumeRole',
      context: { 'oidc:sub': ['z'], 'acs:CurrentTime': ['2030-01-01T00:00:00Z'] },
    };
    expect(evaluateTrust(document, request)).toEqual({
      decision: 'denied',
      statements: [
        {
          document: 0,
          index: 0,
          effect: 'Allow',
          principal: { matched: false, expected: ['acs:ram::1:oidc-provider/a'] },
          action: { matched: true, expected: ['sts:AssumeRole'] },
          conditions: [
            { operator: 'StringEquals', key: 'oidc:sub', expected: ['x', 'y'], actual: ['z'], matched: false },
            {
              operator: 'DateLessThan',
              key: 'acs:CurrentTime',
              expected: ['soon'],
              actual: ['2030-01-01T00:00:00Z'],
              matched: false,
              problem: 'a value cannot be read as what the operator compares',
            },
          ],
          verdict: 'principal',
        },
      ],
    });
  });

  it('takes documents built in code, wrong ones too', () => {
    const request: TrustRequest = { principal: { kind: 'Service', name: 's' }, action: 'sts:AssumeRole', context: {} };
    const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 's' } };
    expect(evaluateTrust({ Statement: trust }, request).decision).toBe('allowed');
    expect(evaluateTrust({}, request)).toEqual({ decision: 'denied', statements: [] });
    expect(evaluateTrust({ Statement: [trust, 7] }, request).decision).toBe('explicitlyDenied');
  });
});

describe('evaluatePermissions', () => {
  it.each(readCases<Expected & { documents: unknown[]; request: PermissionRequest }>('evaluate-permissions'))(
    '$name',
    ({ documents, request, decision, verdicts }) => {
      const evaluation = evaluatePermissions(documents.map(parse), request);
      expect(evaluation.statements.map(({ verdict }) => verdict)).toEqual(verdicts);
      expect(evaluation.decision).toBe(decision);
      for (const statement of evaluation.statements) {
        expect(statement).toHaveProperty('resource');
        expect(statement).not.toHaveProperty('principal');
      }
    },
  );

  it('tells apart the documents and the statements in them', () => {
    const statement = { Effect: 'Allow', Action: 'a:b', Resource: '*' };
    const documents = [parse({ Statement: [statement, statement] }), parse({ Statement: statement })];
    const { statements } = evaluatePermissions(documents, { action: 'a:b', resource: '*', context: {} });
    expect(statements.map(({ document, index }) => [document, index])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
    ]);
  });

  it('says of NotAction and NotResource that they leave out', () => {
    const document = parse({ Statement: { Effect: 'Allow', NotAction: 'a:b', NotResource: ['r'] } });
    const [statement] = evaluatePermissions([document], { action: 'a:c', resource: 'r', context: {} }).statements;
    expect(statement).toMatchObject({
      action: { matched: true, expected: ['a:b'], negated: true },
      resource: { matched: false, expected: ['r'], negated: true },
      verdict: 'resource',
    });
  });
});
