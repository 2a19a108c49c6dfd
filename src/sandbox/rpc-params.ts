import { ApiFault, type OperationContext } from './types.ts';

type Params = Pick<OperationContext, 'params'>;

/** A parameter that must be there. Refused with 400 `Missing<Name>` when absent or empty, as the RPC gateway does. */
export function requiredParam({ params }: Params, name: string): string {
  const value = params[name];
  if (value === undefined || value === '') {
    throw new ApiFault(400, `Missing${name}`, `${name} is mandatory for this action.`);
  }
  return value;
}

/** A whole number within bounds; `undefined` when the parameter is absent. Else 400 `InvalidParameter.<Name>`. */
export function integerParam({ params }: Params, name: string, min: number, max: number): number | undefined {
  const text = params[name];
  if (text === undefined || text === '') return undefined;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw invalidParam(name, `must be between ${min} and ${max}.`);
  return value;
}

/** `true` or `false` in any case; `fallback` when absent. Else 400 `InvalidParameter.<Name>`. */
export function booleanParam({ params }: Params, name: string, fallback: boolean): boolean {
  const text = params[name]?.toLowerCase();
  if (text === undefined || text === '') return fallback;
  if (text !== 'true' && text !== 'false') throw invalidParam(name, 'must be true or false.');
  return text === 'true';
}

/** Text that may not be longer than `max` characters; `undefined` when absent. Else 400 `InvalidParameter.<Name>.Length`. */
export function boundedParam({ params }: Params, name: string, max: number): string | undefined {
  const text = params[name];
  if (text !== undefined && text.length > max) throw tooLong(name);
  return text;
}

/** A name that must be there, hold at most `max` characters and match `grammar` as a whole. */
export function nameParam(ctx: Params, name: string, max: number, grammar: RegExp): string {
  const value = requiredParam(ctx, name);
  if (value.length > max) throw tooLong(name);
  if (!grammar.test(value)) {
    throw new ApiFault(
      400,
      `InvalidParameter.${name}.InvalidChars`,
      `The parameter - "${name}" contains invalid chars.`,
    );
  }
  return value;
}

export function tooLong(name: string): ApiFault {
  return new ApiFault(400, `InvalidParameter.${name}.Length`, `The parameter - "${name}" beyond the length limit.`);
}

export function invalidParam(name: string, why: string): ApiFault {
  return new ApiFault(400, `InvalidParameter.${name}`, `The parameter - "${name}" ${why}`);
}

export interface Page<T> {
  items: T[];
  /** For the answer: `Marker` is there only when more follows. */
  tail: { IsTruncated: boolean; Marker?: string };
}

/**
 * Marker paging of RAM and IMS. Items come in the order of their keys, and a marker is the last key given out, so that
 * one that appears or goes between two pages makes nobody else be skipped or sent twice.
 */
export function pageByMarker<T>(
  ctx: Params,
  items: readonly T[],
  keyOf: (item: T) => string,
  { defaultSize, maxSize }: { defaultSize: number; maxSize: number },
): Page<T> {
  const size = integerParam(ctx, 'MaxItems', 1, maxSize) ?? defaultSize;
  const marker = ctx.params.Marker;
  const after = marker === undefined || marker === '' ? undefined : keyOfMarker(marker);
  const sorted = items
    .filter((item) => after === undefined || keyOf(item) > after)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const page = sorted.slice(0, size);
  const last = page.at(-1);
  if (last === undefined || sorted.length <= size) return { items: page, tail: { IsTruncated: false } };
  return { items: page, tail: { IsTruncated: true, Marker: markerOf(keyOf(last)) } };
}

function markerOf(key: string): string {
  return Buffer.from(key, 'utf8').toString('base64url');
}

function keyOfMarker(marker: string): string {
  const key = Buffer.from(marker, 'base64url').toString('utf8');
  if (markerOf(key) !== marker) throw invalidParam('Marker', 'is not one that this action gave out.');
  return key;
}
