import type { Io } from '../../io.ts';
import { type ClientCertificate, cachedCertificate } from '../../kubernetes/certificate-cache.ts';
import { formatExecCredential } from '../../kubernetes/exec-credential.ts';
import { checkClusterId } from '../../policy/name.ts';
import { type Caller, createCaller } from '../caller.ts';
import type { Flags } from '../options.ts';
import type { CommandInput } from '../spec.ts';
import { defaultCacheFolder } from '../table/hot.ts';
import { certificateFiles, certificateKey } from './certificate-files.ts';
import { apiVersion, certificateFolder, temporaryMinutes } from './options.ts';
import { userKubeconfig } from './user-kubeconfig.ts';

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const clusterId = checkClusterId(flags.required('cluster-id'));
  const minutes = temporaryMinutes(flags);
  const caller = createCaller(input, io);
  const issue = (): Promise<ClientCertificate> => issueCertificate(clusterId, minutes, caller);
  const { certificate, privateKey, expiresAt } = await keptCertificate(issue, {
    clusterId,
    minutes,
    flags,
    caller,
    io,
  });
  io.stdout.write(formatExecCredential(apiVersion(flags), { certificate, privateKey, expiresAt: new Date(expiresAt) }));
  return 0;
}

async function keptCertificate(
  issue: () => Promise<ClientCertificate>,
  request: { clusterId: string; minutes: number | undefined; flags: Flags; caller: Caller; io: Io },
): Promise<ClientCertificate> {
  const { clusterId, minutes, flags, caller, io } = request;
  const folder = certificateFolder(flags, io);
  if (folder === undefined) {
    caller.log.debug('no cache of client certificates: there is no home folder');
    return issue();
  }
  const credentialsKey = await caller.credentialsKey();
  const key = certificateKey({ credentialsKey, clusterId, minutes, endpoint: flags.string('cs-endpoint') ?? '' });
  const isOwn = (flags.string('credential-cache-dir') ?? defaultCacheFolder) === defaultCacheFolder;
  return cachedCertificate(key, issue, certificateFiles({ folder, isOwn, key }, { io, log: caller.log }));
}

async function issueCertificate(
  clusterId: string,
  minutes: number | undefined,
  { cloud, clock }: Caller,
): Promise<ClientCertificate> {
  const issuedAt = clock.now();
  // The address in it is not used, and the private one is there for every cluster.
  const options = { privateAddress: true, temporaryDurationMinutes: minutes };
  const { config } = await userKubeconfig(clusterId, options, cloud.ack);
  const { clientCertificate } = await import('../../kubernetes/kubeconfig.ts');
  return { ...clientCertificate(config, `the kubeconfig of cluster ${clusterId}`), issuedAt };
}
