import type { CommandSpec, FlagSpec } from '../spec.ts';
import { clusterId } from './flags.ts';

/** The Go tool's folder for client certificates. */
export const defaultCacheFolder = '~/.kube/cache/ack-ram-tool/credential-plugin';

const apiVersion: FlagSpec = {
  name: 'api-version',
  kind: 'string',
  value: 'VERSION',
  summary: 'version of client.authentication.k8s.io',
  default: 'v1beta1',
  choices: ['v1', 'v1beta1'],
};

const certificateFlags: readonly FlagSpec[] = [
  {
    name: 'expiration',
    kind: 'duration',
    value: 'DURATION',
    summary: 'life of a client certificate, 15m to 72h; 0s takes the long-lived one',
    default: '3h',
  },
  {
    name: 'credential-cache-dir',
    kind: 'path',
    value: 'FOLDER',
    summary: 'where client certificates are kept between runs',
    default: defaultCacheFolder,
  },
];

const getKubeconfig: Omit<CommandSpec, 'path' | 'examples'> = {
  summary: 'print a kubeconfig whose user gets its credentials from this tool',
  flags: [
    clusterId,
    {
      name: 'mode',
      short: 'm',
      kind: 'string',
      value: 'MODE',
      summary: 'what kubectl authenticates with: a client certificate, or a token of ack-ram-authenticator',
      default: 'cert',
      choices: ['cert', 'certificate', 'token', 'ram-authenticator-token'],
    },
    { name: 'private-address', kind: 'boolean', summary: 'the address of the API server inside the VPC' },
    ...certificateFlags,
    apiVersion,
    { name: 'merge', kind: 'boolean', summary: 'put it into a kubeconfig file instead of printing it' },
    {
      name: 'kubeconfig',
      kind: 'path',
      value: 'FILE',
      summary: 'the file to merge into; else the first of KUBECONFIG, else ~/.kube/config',
    },
    {
      name: 'context-name',
      kind: 'string',
      value: 'NAME',
      summary: 'name of the context that is merged; else the one that ACK gave it',
    },
  ],
  cloud: true,
  changes: true,
  load: () => import('../credential-plugin/get-kubeconfig.ts'),
};

/** Credentials for kubectl. */
export const credentialPluginCommands: readonly CommandSpec[] = [
  {
    ...getKubeconfig,
    path: ['get-kubeconfig'],
    examples: [
      'ack-ram-tool get-kubeconfig -c c86fddxxxx > kubeconfig',
      'ack-ram-tool get-kubeconfig -c c86fddxxxx --merge --context-name dev',
    ],
  },
  {
    ...getKubeconfig,
    path: ['credential-plugin', 'get-kubeconfig'],
    examples: [
      'ack-ram-tool credential-plugin get-kubeconfig -c c86fddxxxx --private-address > kubeconfig',
      'ack-ram-tool credential-plugin get-kubeconfig -c c86fddxxxx -m token --api-version v1',
    ],
  },
  {
    path: ['credential-plugin', 'get-credential'],
    summary: 'print a client certificate for kubectl, as an ExecCredential',
    examples: [
      'ack-ram-tool credential-plugin get-credential -c c86fddxxxx',
      'ack-ram-tool credential-plugin get-credential -c c86fddxxxx --api-version v1 --expiration 1h',
    ],
    flags: [clusterId, apiVersion, ...certificateFlags],
    cloud: true,
    hot: true,
    load: () => import('../credential-plugin/get-credential.ts'),
  },
  {
    path: ['credential-plugin', 'get-token'],
    summary: 'print a token of ack-ram-authenticator for kubectl, as an ExecCredential',
    examples: [
      'ack-ram-tool credential-plugin get-token -c c86fddxxxx',
      'ack-ram-tool credential-plugin get-token -c c86fddxxxx --api-version v1',
    ],
    flags: [clusterId, apiVersion],
    cloud: true,
    hot: true,
    load: () => import('../credential-plugin/get-token.ts'),
  },
];
