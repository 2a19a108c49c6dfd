import type { Credentials } from '../provider.ts';
import { formatAliyunCliUriJson } from './aliyun-cli-uri-json.ts';

/** What ECS metadata answers under `ram/security-credentials/<role>`: the same document as a credentials URI. */
export function formatEcsMetadataJson(credentials: Credentials): string {
  return formatAliyunCliUriJson(credentials);
}
