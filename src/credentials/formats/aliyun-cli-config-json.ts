import type { Credentials } from '../provider.ts';

/** A profile as the aliyun CLI's mode `External` reads it from a helper's stdout. */
export function formatAliyunCliConfigJson({ accessKeyId, accessKeySecret, securityToken }: Credentials): string {
  const profile = {
    mode: securityToken ? 'StsToken' : 'AK',
    access_key_id: accessKeyId,
    access_key_secret: accessKeySecret,
    ...(securityToken ? { sts_token: securityToken } : {}),
  };
  return `${JSON.stringify(profile, null, 2)}\n`;
}
