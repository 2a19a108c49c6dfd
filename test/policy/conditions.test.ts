import { describe, expect, it } from 'vitest';
import { evaluateCondition, readConditions } from '../../src/policy/conditions.ts';
import { conditionOperators } from '../../src/policy/operators.ts';
import { readCases } from './cases.ts';

interface OperatorCase {
  operator: string;
  expected: string | string[] | boolean;
  actual: string | string[];
  met: boolean | 'unreadable';
}

const cases = readCases<OperatorCase>('operators');

describe('condition operators', () => {
  it.each(cases)('$operator of $expected for $actual: $met', ({ operator, expected, actual, met }) => {
    const [condition] = readConditions({ [operator]: { key: expected } }) ?? [];
    // Computed keys keep `__proto__` an ordinary name here.
    expect(condition?.operator).toBe(operator);
    const context = { key: [actual].flat() };
    const inAllow = evaluateCondition(condition!, context, false);
    const inDeny = evaluateCondition(condition!, context, true);
    expect(inAllow.matched).toBe(met === true);
    expect(inDeny.matched).toBe(met !== false);
    expect('problem' in inAllow).toBe(met === 'unreadable');
  });

  it('have a case each, of which one is met and one is not', () => {
    for (const name of conditionOperators.keys()) {
      const answers = cases.filter(({ operator }) => operator === name).map(({ met }) => met);
      expect(answers, name).toContain(true);
      expect(answers, name).toContain(false);
    }
  });

  it('are those of the documentation', () => {
    expect(conditionOperators.size).toBe(21);
  });
});

describe('a key that the request does not have', () => {
  it.each([...conditionOperators])('leaves %s unmet, or on the safe side where it is negated', (name, { negated }) => {
    const condition = { operator: name, key: 'key', expected: ['1'] };
    for (const context of [{}, { key: [] }, { key: undefined }]) {
      expect(evaluateCondition(condition, context, false).matched).toBe(false);
      expect(evaluateCondition(condition, context, true).matched).toBe(negated);
    }
  });
});
