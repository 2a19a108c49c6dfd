import { ToolError } from '../../errors.ts';
import type { Credentials } from '../provider.ts';

/**
 * What some reader of this file would cut, unquote, unescape or expand: go-ini, Python's configparser and npm's ini
 * agree on no way to quote. Real keys and tokens are letters, digits and `+/=.-_`.
 */
const unwritable = /[\p{Cc}"'`\\;#]|%\(|^\s|\s$/u;

/**
 * `~/.alibabacloud/credentials`. The token stands there twice: the SDKs read `security_token`, the Go tool `sts_token`.
 * Throws `CREDENTIALS_SOURCE_BROKEN` for a value that an ini file cannot hold.
 */
export function formatCredentialFileIni(credentials: Credentials): string {
  const { accessKeyId, accessKeySecret, securityToken } = credentials;
  const lines = [
    '[default]',
    'enable = true',
    `type = ${securityToken ? 'sts' : 'access_key'}`,
    line('access_key_id', accessKeyId),
    line('access_key_secret', accessKeySecret),
  ];
  if (securityToken) lines.push(line('sts_token', securityToken), line('security_token', securityToken));
  return `${lines.join('\n')}\n`;
}

function line(key: string, value: string): string {
  if (!unwritable.test(value)) return `${key} = ${value}`;
  throw new ToolError('CREDENTIALS_SOURCE_BROKEN', `the value of ${key} has characters that an ini file cannot hold`, {
    hint: 'choose another format: `ack-ram-tool export-credentials -f env`',
  });
}
