import { formatExpiration } from '../exported-variables.ts';
import type { Credentials } from '../provider.ts';

/** The body that a credentials URI answers with. `SecurityToken` is empty, and `Expiration` absent, for static keys. */
export function formatAliyunCliUriJson(credentials: Credentials): string {
  const body = {
    Code: 'Success',
    AccessKeyId: credentials.accessKeyId,
    AccessKeySecret: credentials.accessKeySecret,
    SecurityToken: credentials.securityToken ?? '',
    ...(credentials.expiration ? { Expiration: formatExpiration(credentials.expiration) } : {}),
  };
  return `${JSON.stringify(body, null, 2)}\n`;
}
