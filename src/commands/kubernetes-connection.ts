/** What commands that talk to an API server share. */
import type { AckPort } from '../cloud/ports.ts';
import { proxyFor } from '../cloud/proxy.ts';
import { ToolError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { ConnectDeps, KubeconfigSource } from '../kubernetes/client.ts';
import type { Context } from './context.ts';
import type { Flags } from './options.ts';

/** The shortest that the API gives. */
const kubeconfigMinutes = 15;

/** What `connectKubernetes` needs of the outside. */
export function connectDeps({ clock, log }: Pick<Context, 'clock' | 'log'>, io: Io): ConnectDeps {
  return {
    env: io.env,
    home: io.home,
    clock,
    signal: io.signal,
    debug: (message) => log.debug(message),
    proxyFor: (server) => proxyFor(server, io.env),
  };
}

/** The kubeconfig of `--kubeconfig` and `--context`; `undefined` when neither is given. */
export function ownKubeconfig(flags: Flags): Extract<KubeconfigSource, { file?: unknown }> | undefined {
  const file = flags.path('kubeconfig');
  const context = flags.string('context');
  return file === undefined && context === undefined ? undefined : { file, context };
}

/** One of 15 minutes that ACK gives, with the address of `--private-address`. Throws `CLUSTER_NOT_FOUND`. */
export async function kubeconfigOfCluster(
  ack: Pick<AckPort, 'getUserKubeconfig'>,
  clusterId: string,
  flags: Flags,
): Promise<KubeconfigSource> {
  const kubeconfig = await ack.getUserKubeconfig(clusterId, {
    privateAddress: flags.boolean('private-address'),
    temporaryDurationMinutes: kubeconfigMinutes,
  });
  if (kubeconfig === undefined) throw new ToolError('CLUSTER_NOT_FOUND', `there is no cluster ${clusterId}`);
  return { text: kubeconfig.config, what: `the kubeconfig of cluster ${clusterId}` };
}
