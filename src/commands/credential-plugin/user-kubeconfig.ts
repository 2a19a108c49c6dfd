import type { AckPort, UserKubeconfig } from '../../cloud/ports.ts';
import { ToolError } from '../../errors.ts';

/** The caller's kubeconfig. Throws `CLUSTER_NOT_FOUND`. */
export async function userKubeconfig(
  clusterId: string,
  options: Parameters<AckPort['getUserKubeconfig']>[1],
  ack: Pick<AckPort, 'getUserKubeconfig'>,
): Promise<UserKubeconfig> {
  const found = await ack.getUserKubeconfig(clusterId, options);
  if (found !== undefined) return found;
  throw new ToolError('CLUSTER_NOT_FOUND', `there is no cluster ${clusterId}`, {
    hint: 'check the id, the region (--region-id) and the account (`ack-ram-tool auth whoami`)',
  });
}
