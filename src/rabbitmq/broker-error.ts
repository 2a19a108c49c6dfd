import { ToolError } from '../errors.ts';
import { longestSafeUsername, type UserCredentials } from './user-credentials.ts';

/** Reply codes by which a broker ends connections for reasons of its own: it is stopped, or something in it broke. */
const passingCodes: readonly number[] = [320, 541];

/** All that amqplib tells of it. */
const vhostRefused = 'Expected ConnectionOpenOk; got <ConnectionClose';

/**
 * What a broker or its client library said, in words of ours. Brokers put the user name into refusals, and the security
 * token is in that: it is masked, also where it was cut.
 * @param what a verb and its object: `declare queue q`
 */
export function brokerError(
  error: unknown,
  what: string,
  { host, port, vhost, login }: { host: string; port: number; vhost: string; login: UserCredentials },
): ToolError {
  if (error instanceof ToolError) return error;
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const text = withoutLogin(wordsOf(error), login);
  const code = replyCode(error, text);
  if (what === 'connect' && code === 403) {
    return new ToolError('CREDENTIALS_REFUSED', `the broker at ${place} refused the user name and the password`, {
      hint: 'check --instance-id, what the RAM user or role may do, and the clock of this machine',
    });
  }
  if (text.startsWith(vhostRefused)) {
    return new ToolError(
      'CLOUD_API',
      `the broker at ${place} has no virtual host ${vhost}, or it is not for this user`,
    );
  }
  const message = `could not ${what} at ${place}: ${text}`;
  const isRefusal = (code !== undefined && !passingCodes.includes(code)) || text.startsWith('no queue takes');
  if (isRefusal) return new ToolError('CLOUD_API', message);
  const length = login.username.length;
  if (what !== 'connect' || length <= longestSafeUsername) return new ToolError('NETWORK', message);
  return new ToolError('NETWORK', message, { hint: `the user name of ${length} characters may be too long for it` });
}

/** Several addresses of one host that all failed come as an error without a message. */
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(wordsOf).join('; ');
  if (!(error instanceof Error)) return 'the connection was closed';
  return error.message;
}

/** amqplib has the code of a refusal as a number, or only in the words for one that came while connecting. */
function replyCode(error: unknown, text: string): number | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code === 'number') return code;
  const [, digits] = /^Handshake terminated by server: (\d{3}) /.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

function withoutLogin(text: string, { username, password }: UserCredentials): string {
  return [username, password].reduce((rest, secret) => rest.replace(startingLike(secret), '***'), text);
}

/** A broker cuts long texts: whatever begins as the secret does is masked as far as it goes. */
function startingLike(secret: string): RegExp {
  return new RegExp(`${secret.slice(0, 12).replace(/[+/=]/g, '\\$&')}[A-Za-z0-9+/=]*`, 'g');
}
