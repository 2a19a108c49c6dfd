import type { TokenFile } from '../../credentials/token-file.ts';
import type { CloudPatient } from './patient.ts';

/** What the checks of a token look at. */
export interface TokenPatient extends Pick<CloudPatient, 'asked' | 'now' | 'cluster'> {
  /** Absent: this run looks at no token. */
  token?: TokenFacts | undefined;
}

/** A value, and the flag or variable that it comes from. */
export interface Named {
  value: string;
  from: string;
}

export interface TokenFacts {
  /** What RRSA puts into the environment of a pod. Absent: this is no pod, or its environment is not asked about. */
  pod?: PodVariables | undefined;
  /** Path of the token, `-` for standard input. Absent: nothing names one. */
  file?: Named | undefined;
  /** The token of that file, read once. Throws `FILE_UNREADABLE` and `FILE_INVALID`. */
  read(): Promise<TokenFile>;
  /** What the token is exchanged with. Absent: not known. */
  roleArn?: Named | undefined;
  providerArn?: Named | undefined;
  /** Absent: nothing is sent anywhere. */
  sts?: TokenSts | undefined;
}

export interface PodVariables {
  /** Names of those of the three variables that are set, and that are not. */
  set: readonly string[];
  missing: readonly string[];
  /** A variable with an AccessKey, which SDKs take before the token. */
  accessKeyVariable?: string | undefined;
}

/** STS, as this run calls it. */
export interface TokenSts {
  /** Throws `USAGE` for an endpoint that is none. */
  endpoint(): StsEndpoint;
  /** What stands between here and there; `undefined` for a direct connection. Throws `USAGE` for a proxy that is none. */
  proxy(): Named | undefined;
  /** One GET without parameters, asked once. Throws `NETWORK` (with `reason` in its details) and `BAD_ANSWER`. */
  probe(signal: AbortSignal): Promise<StsProbe>;
  /**
   * Sends the token and throws away what it gets, but for when that would have expired. Throws what the port throws: see
   * `AssumeRoleWithOidc`.
   */
  assume(request: { roleArn: string; providerArn: string; oidcToken: string }): Promise<{ expiration: Date }>;
}

export interface StsEndpoint {
  host: string;
  /** The flag or variable that decided it; absent for the central one. */
  from?: string | undefined;
  /** Reached from within a VPC only. */
  isVpc: boolean;
}

export interface StsProbe {
  status: number;
  /** Without its parameters; empty when there is none. */
  contentType: string;
  /** The `Date` of the answer and the local time when it came, in milliseconds since the epoch. Absent without one. */
  clocks?: { there: number; here: number } | undefined;
}
