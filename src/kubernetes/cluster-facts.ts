import { ToolError } from '../errors.ts';
import type { KubernetesClient } from './api-client.ts';
import { type PlainRecord, recordAt, shown } from './plain-object.ts';

/** What a cluster says about namespaces and service accounts; `undefined` for one that does not exist. */
export interface ClusterFacts {
  /** Throws what the connection throws. */
  namespaceLabels(name: string): Promise<PlainRecord | undefined>;
  serviceAccountAnnotations(namespace: string, name: string): Promise<PlainRecord | undefined>;
}

/** Reads them from an API server. `connect` is called when first needed, and again when its credentials have run out. */
export function readClusterFacts(connect: () => Promise<KubernetesClient>): ClusterFacts {
  let connection: Promise<KubernetesClient> | undefined;
  const connected = async (): Promise<KubernetesClient> => {
    connection ??= connect();
    const own = connection;
    try {
      return await own;
    } catch (error) {
      if (connection === own) connection = undefined;
      throw error;
    }
  };
  const get = async (path: string) => {
    const client = await connected();
    const own = connection;
    try {
      return await client.get(path);
    } catch (error) {
      if (!(error instanceof ToolError) || error.details?.httpStatus !== 401) throw error;
      if (connection === own) connection = undefined;
      return (await connected()).get(path);
    }
  };
  const metadata = async (path: string, key: string): Promise<PlainRecord | undefined> => {
    const found = await get(path);
    return found === undefined ? undefined : recordAt(found.metadata, key);
  };
  return {
    async namespaceLabels(name) {
      return isObjectName(name) ? metadata(`/api/v1/namespaces/${name}`, 'labels') : undefined;
    },
    async serviceAccountAnnotations(namespace, name) {
      if (!isObjectName(namespace) || !isObjectName(name)) return undefined;
      return metadata(`/api/v1/namespaces/${namespace}/serviceaccounts/${name}`, 'annotations');
    },
  };
}

/** What no cluster can have is not asked for: the name becomes part of a path. */
export function isObjectName(name: string): boolean {
  return name.length <= 253 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name) && !name.includes('..');
}

/** A cluster that there is none of: every question is an error that says what to give instead. */
export const noCluster: ClusterFacts = {
  namespaceLabels: (name) => Promise.reject(unknown(`namespace ${shown(name)}`, '--namespace-labelled')),
  serviceAccountAnnotations: (namespace, name) =>
    Promise.reject(unknown(`service account ${shown(`${namespace}/${name}`)}`, '--role-name NAME')),
};

function unknown(what: string, flag: string): ToolError {
  return new ToolError('USAGE', `${what} is not among the manifests, and there is no cluster to ask`, {
    hint: `pass ${flag}, or --kubeconfig FILE`,
  });
}
