import type { CommandSpec } from '../spec.ts';
import { clusterId } from './flags.ts';
import { apiVersion, certificateFlags, getCredential, getToken } from './hot.ts';

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
  getCredential,
  getToken,
];
