/** What the modes CloudSSO and OAuth share: keys that the aliyun CLI keeps beside the login they were issued for. */
import type { ToolError } from '../../errors.ts';
import { parseIssuedJson } from '../issued-json.ts';
import type { Section } from '../profile-section.ts';
import { type Credentials, type Exchange, isKeyText } from '../provider.ts';

/** Keys with less life than this are renewed, though they would still do if that fails. */
const marginMs = 5 * 60 * 1000;

/** The keys in the profile with their expiry; `undefined` unless all of them are there. */
export function keptKeys(section: Section): (Credentials & { expiration: Date }) | undefined {
  const accessKeyId = section.text('access_key_id');
  const accessKeySecret = section.text('access_key_secret');
  const securityToken = section.text('sts_token');
  const expires = section.number('sts_expiration');
  if (!isKeyText(accessKeyId) || !isKeyText(accessKeySecret) || !isKeyText(securityToken) || !expires) return undefined;
  return { accessKeyId, accessKeySecret, securityToken, expiration: new Date(expires * 1000) };
}

export function isFresh({ expiration }: { expiration: Date }, now: number): boolean {
  return expiration.getTime() - now > marginMs;
}

export function isValid({ expiration }: { expiration: Date }, now: number): boolean {
  return expiration.getTime() > now;
}

/** Whether a moment that the profile names, in seconds since the epoch, has passed. */
export function hasPassed(seconds: number, now: number): boolean {
  return seconds * 1000 <= now;
}

/** The login is over; only its owner, at a browser, can begin a new one. */
export function loginOver(section: Section, mode: 'CloudSSO' | 'OAuth', fault: string): ToolError {
  return section.broken(fault, { hint: `log in again: aliyun configure --mode ${mode} --profile NAME` });
}

/** A POST that must be answered with a JSON object. `over` says what a 400, 401 or 403 means. */
export async function post(
  section: Section,
  exchange: Exchange,
  request: { url: string; headers: Record<string, string>; body?: string },
  names: { server: string; over: () => ToolError },
): Promise<Record<string, unknown>> {
  const { status, body } = await exchange({ method: 'POST', ...request });
  if (status === 400 || status === 401 || status === 403) throw names.over();
  if (status !== 200) throw section.broken(`${names.server} answered ${status}`);
  try {
    const answer: unknown = JSON.parse(body);
    if (typeof answer === 'object' && answer !== null && !Array.isArray(answer))
      return answer as Record<string, unknown>;
  } catch {
    // Said below; the parser's own message holds a part of the answer.
  }
  throw section.broken(`${names.server} answered with something other than a JSON object`);
}

/** Temporary keys as `{AccessKeyId, AccessKeySecret, SecurityToken, Expiration}`. */
export function issuedKeys(
  section: Section,
  answer: Record<string, unknown>,
  server: string,
  now: () => number,
): Credentials & { expiration: Date } {
  const { AccessKeyId, AccessKeySecret, SecurityToken, Expiration } = answer;
  const fields = JSON.stringify({ AccessKeyId, AccessKeySecret, SecurityToken, Expiration });
  const credentials = parseIssuedJson(fields, { temporary: true, now });
  if (typeof credentials === 'string') throw section.broken(`${server} ${credentials}`);
  const { expiration } = credentials;
  if (expiration === undefined) throw section.broken(`${server} answered without Expiration`);
  return { ...credentials, expiration };
}
