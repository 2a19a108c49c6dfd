/**
 * The condition operators of RAM policies, one row each.
 * Source: https://www.alibabacloud.com/help/en/ram/policy-elements (Condition operators). There are no `IfExists`,
 * `ForAllValues` or `ForAnyValue` forms in RAM.
 */
import { BlockList, isIP } from 'node:net';
import { matchGlob } from './glob.ts';

export interface ConditionOperator {
  /** Met when no value matches, instead of when any does. */
  negated: boolean;
  /** Whether one value of the request matches one of the policy; `undefined` when either cannot be read as what the operator compares. */
  matches(expected: string, actual: string): boolean | undefined;
}

type Compare = (difference: number) => boolean;

const equal: Compare = (difference) => difference === 0;
const less: Compare = (difference) => difference < 0;
const lessOrEqual: Compare = (difference) => difference <= 0;
const greater: Compare = (difference) => difference > 0;
const greaterOrEqual: Compare = (difference) => difference >= 0;

const met = (matches: ConditionOperator['matches']): ConditionOperator => ({ negated: false, matches });
const notMet = (matches: ConditionOperator['matches']): ConditionOperator => ({ negated: true, matches });

const sameText: ConditionOperator['matches'] = (expected, actual) => expected === actual;
const sameTextAnyCase: ConditionOperator['matches'] = (expected, actual) =>
  expected.toLowerCase() === actual.toLowerCase();
const likeText: ConditionOperator['matches'] = (expected, actual) => matchGlob(expected, actual);

function numeric(compare: Compare): ConditionOperator['matches'] {
  return (expected, actual) => {
    const difference = compareDecimals(actual, expected);
    return difference === undefined ? undefined : compare(difference);
  };
}

function date(compare: Compare): ConditionOperator['matches'] {
  return (expected, actual) => {
    const [wanted, given] = [parseDate(expected), parseDate(actual)];
    return wanted === undefined || given === undefined ? undefined : compare(given - wanted);
  };
}

/** By name, in exact case. */
export const conditionOperators: ReadonlyMap<string, ConditionOperator> = new Map([
  ['StringEquals', met(sameText)],
  ['StringNotEquals', notMet(sameText)],
  ['StringEqualsIgnoreCase', met(sameTextAnyCase)],
  ['StringNotEqualsIgnoreCase', notMet(sameTextAnyCase)],
  ['StringLike', met(likeText)],
  ['StringNotLike', notMet(likeText)],
  ['NumericEquals', met(numeric(equal))],
  ['NumericNotEquals', notMet(numeric(equal))],
  ['NumericLessThan', met(numeric(less))],
  ['NumericLessThanEquals', met(numeric(lessOrEqual))],
  ['NumericGreaterThan', met(numeric(greater))],
  ['NumericGreaterThanEquals', met(numeric(greaterOrEqual))],
  ['DateEquals', met(date(equal))],
  ['DateNotEquals', notMet(date(equal))],
  ['DateLessThan', met(date(less))],
  ['DateLessThanEquals', met(date(lessOrEqual))],
  ['DateGreaterThan', met(date(greater))],
  ['DateGreaterThanEquals', met(date(greaterOrEqual))],
  ['Bool', met(sameBoolean)],
  ['IpAddress', met(inNetwork)],
  ['NotIpAddress', notMet(inNetwork)],
]);

/** Sign of `left - right`, exact also beyond 2^53; `undefined` unless both are plain decimals of at most 64 characters. */
function compareDecimals(left: string, right: string): number | undefined {
  const decimal = /^[+-]?\d+(?:\.\d+)?$/;
  if (left.length > 64 || right.length > 64 || !decimal.test(left) || !decimal.test(right)) return undefined;
  const places = Math.max(fractionOf(left).length, fractionOf(right).length);
  const difference = scaled(left, places) - scaled(right, places);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

function fractionOf(decimal: string): string {
  return decimal.split('.')[1] ?? '';
}

function scaled(decimal: string, places: number): bigint {
  const whole = decimal.split('.')[0] ?? '';
  return BigInt(whole.replace('+', '') + fractionOf(decimal).padEnd(places, '0'));
}

/** Milliseconds since the epoch of an ISO 8601 time with its zone (`Z`, `+08:00`); `undefined` for anything else. */
function parseDate(text: string): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/.exec(
    text,
  );
  if (match === null) return undefined;
  const day = Date.parse(`${match[1]}T00:00:00Z`);
  const isRealDay = Number.isFinite(day) && new Date(day).toISOString().startsWith(match[1] ?? '');
  const time = Date.parse(text);
  return isRealDay && Number.isFinite(time) ? time : undefined;
}

function sameBoolean(expected: string, actual: string): boolean | undefined {
  const [wanted, given] = [expected.toLowerCase(), actual.toLowerCase()];
  const isBoolean = (text: string): boolean => text === 'true' || text === 'false';
  return isBoolean(wanted) && isBoolean(given) ? wanted === given : undefined;
}

/** Whether an address lies in a network (`10.0.0.0/8`, `2001:db8::/32`) or is that very address. */
function inNetwork(network: string, address: string): boolean | undefined {
  const match = /^([^/%]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(network);
  const base = match?.[1] ?? '';
  const family = isIP(base);
  const bits = family === 4 ? 32 : 128;
  const prefix = match?.[2] === undefined ? bits : Number(match[2]);
  if (match === null || family === 0 || prefix > bits || isIP(address) === 0 || address.includes('%')) return undefined;
  const list = new BlockList();
  list.addSubnet(base, prefix, family === 4 ? 'ipv4' : 'ipv6');
  return list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}
