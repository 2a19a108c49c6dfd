/** The user of a kubeconfig that gets its credentials by running this tool. */
import { type ExecApiVersion, execGroupVersion } from './exec-credential.ts';

export type CredentialMode = 'certificate' | 'token';

export interface ExecRequest {
  clusterId: string;
  mode: CredentialMode;
  apiVersion: ExecApiVersion;
  /** Life of the certificate in milliseconds; 0 for the caller's long-lived one. Without effect for tokens. */
  expirationMs: number;
  /** Without effect for tokens. */
  cacheFolder: string;
  profileName?: string | undefined;
  ignoreAliyunCli: boolean;
  ignoreEnvironment: boolean;
  roleArn?: string | undefined;
  /** Absolute. */
  profileFile?: string | undefined;
  /** Further arguments that decide whose credentials these are, or where they come from; ready to be passed on. */
  more: readonly string[];
}

export interface ExecUser {
  command: string;
  args: string[];
  apiVersion: string;
  installHint: string;
  provideClusterInfo: boolean;
  interactiveMode: string;
}

const installHint =
  'ack-ram-tool, which gets the credentials for this cluster, is not on the PATH: ' +
  'install it (npm install --global ack-ram-tool) and try again';

/** The `exec` of a user. Arguments, their order and the command are the Go tool's; what it does not know comes last. */
export function execUser(request: ExecRequest): ExecUser {
  return {
    command: 'ack-ram-tool',
    args: execArguments(request),
    apiVersion: execGroupVersion(request.apiVersion),
    installHint,
    provideClusterInfo: false,
    interactiveMode: 'Never',
  };
}

function execArguments(request: ExecRequest): string[] {
  const { clusterId, apiVersion, profileName, roleArn, profileFile } = request;
  const isToken = request.mode === 'token';
  return [
    'credential-plugin',
    isToken ? 'get-token' : 'get-credential',
    ...['--cluster-id', clusterId, '--api-version', apiVersion],
    ...(isToken ? [] : ['--expiration', formatGoDuration(request.expirationMs)]),
    ...(isToken ? [] : ['--credential-cache-dir', request.cacheFolder]),
    ...(profileName === undefined ? [] : ['--profile-name', profileName]),
    ...(request.ignoreAliyunCli ? ['--ignore-aliyun-cli-credentials'] : []),
    ...(request.ignoreEnvironment ? ['--ignore-env-credentials'] : []),
    ...(roleArn === undefined ? [] : ['--role-arn', roleArn]),
    ...['--log-level', 'error'],
    ...(profileFile === undefined ? [] : ['--profile-file', profileFile]),
    ...request.more,
  ];
}

/** As Go prints a duration of whole seconds: 10800000 is `3h0m0s`, 2700000 is `45m0s`, 0 is `0s`. */
export function formatGoDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return `${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes % 60}m` : ''}${seconds % 60}s`;
}
