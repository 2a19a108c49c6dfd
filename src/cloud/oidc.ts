/**
 * AssumeRoleWithOIDC as one form POST of our own: the official SDK sends the token in the URL and puts that into its
 * errors. It is also the hottest path of the tool, so nothing heavy is imported here.
 */
import type { CloudService } from '../errors.ts';
import type { Env } from '../io.ts';
import { badAnswer, type CallFacts, readAnswer, titleOf } from './api-error.ts';
import type { Endpoint } from './endpoints.ts';
import { toTemporaryCredentials } from './issued-credentials.ts';
import type { Timeouts } from './network.ts';
import type { AssumeRoleWithOidc } from './ports.ts';
import { proxyPasswords } from './proxy.ts';
import { type RetryDeps, withRetry } from './retry.ts';

/** Defined where the standalone executable is built, and nowhere else. */
declare const __STANDALONE__: true;

export interface OidcDeps extends Omit<RetryDeps, 'clock'> {
  clock: RetryDeps['clock'] & { now(): number };
  endpointOf(service: CloudService): Endpoint;
  env: Env;
  timeouts: Timeouts;
  maxRetries: number;
}

/** Anonymous: what a request is allowed to do comes from the token alone. Sent again when throttled or unanswered. */
export function assumeRoleWithOidc(deps: OidcDeps): AssumeRoleWithOidc {
  return async ({ roleArn, sessionName, durationSeconds, policy, providerArn, oidcToken }) => {
    const facts: CallFacts = { service: 'STS', action: 'AssumeRoleWithOIDC', thing: `role ${roleArn}` };
    const body = form({
      RoleArn: roleArn,
      OIDCProviderArn: providerArn,
      OIDCToken: oidcToken,
      RoleSessionName: sessionName,
      DurationSeconds: durationSeconds?.toString(),
      Policy: policy,
    });
    const { protocol, host } = deps.endpointOf('STS');
    const { request } = await (typeof __STANDALONE__ === 'undefined' ? import('./network.ts') : import('./fetched.ts'));
    const send = async () => {
      const query = form({
        Action: facts.action,
        Version: '2015-04-01',
        Format: 'JSON',
        Timestamp: new Date(deps.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
      });
      deps.debug(`calling ${titleOf(facts)} at ${host}`);
      const answer = await request({
        method: 'POST',
        url: `${protocol}://${host}/?${query}`,
        headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
        body,
        timeouts: deps.timeouts,
        signal: deps.signal,
        env: deps.env,
      });
      return readAnswer(facts, answer, { values: [oidcToken, ...proxyPasswords(deps.env)] });
    };
    const policyOfRetry = { what: `STS ${facts.action}`, maxRetries: deps.maxRetries };
    const answer = await withRetry(send, policyOfRetry, deps);
    return toTemporaryCredentials(facts, credentialsIn(answer, facts));
  };
}

function credentialsIn(answer: object, facts: CallFacts): Parameters<typeof toTemporaryCredentials>[1] {
  const credentials: unknown = 'Credentials' in answer ? answer.Credentials : undefined;
  if (typeof credentials !== 'object' || credentials === null) throw badAnswer(facts, 'no credentials');
  const { AccessKeyId, AccessKeySecret, SecurityToken, Expiration } = credentials as Record<string, unknown>;
  return {
    accessKeyId: AccessKeyId,
    accessKeySecret: AccessKeySecret,
    securityToken: SecurityToken,
    expiration: Expiration,
  };
}

function form(fields: Record<string, string | undefined>): string {
  const given = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);
  return new URLSearchParams(given).toString();
}
