import { ToolError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { type ClusterFacts, noCluster, readClusterFacts } from '../../kubernetes/cluster-facts.ts';
import { injectManifests } from '../../kubernetes/inject-manifests.ts';
import { checkRoleName } from '../../policy/name.ts';
import { type Context, createContext } from '../context.ts';
import { readManifests } from '../manifest-input.ts';
import { tellManifestNotes } from '../manifest-notes.ts';
import type { Flags } from '../options.ts';
import { connectByKubeconfig, podIdentity } from '../pod-identity.ts';
import type { CommandInput } from '../spec.ts';

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const roleName = flags.string('role-name');
  if (roleName !== undefined) checkRoleName(roleName);
  const context = await createContext(input, io);
  const manifests = await readManifests(flags.path('file') ?? '', io);
  const identity = await podIdentity(flags, context.cloud.ack);
  const injected = await injectManifests(
    { ...manifests, roleName, namespaceLabelled: flags.boolean('namespace-labelled') },
    { identity, cluster: clusterFacts(flags, context, io) },
  );
  tellManifestNotes(injected, context.report);
  io.stdout.write(injected.text);
  return 0;
}

/** The cluster of the kubeconfig. Without one, and without a flag that asks for one, there is no cluster to ask. */
function clusterFacts(flags: Flags, context: Context, io: Io): ClusterFacts {
  const isAsked = flags.string('kubeconfig') !== undefined || flags.string('context') !== undefined;
  const cluster = readClusterFacts(() => connectByKubeconfig(flags, context, io));
  const orNone = async <T>(ask: (facts: ClusterFacts) => Promise<T>): Promise<T> => {
    try {
      return await ask(cluster);
    } catch (error) {
      const isAbsent = error instanceof ToolError && (error.code === 'FILE_UNREADABLE' || error.code === 'USAGE');
      return isAbsent && !isAsked ? ask(noCluster) : Promise.reject(error);
    }
  };
  return {
    namespaceLabels: (name) => orNone((facts) => facts.namespaceLabels(name)),
    serviceAccountAnnotations: (namespace, name) => orNone((facts) => facts.serviceAccountAnnotations(namespace, name)),
  };
}
