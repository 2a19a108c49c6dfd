/** The story that `sandbox tour` tells: each step a command line that works by hand in `sandbox run -- bash`. */

export interface TourStep {
  /** What happens and why, a sentence or two. */
  says: string;
  /** Arguments of this tool; `{token}` and `{wrongToken}` are files, `{cluster}` and the ARNs facts of the sandbox. */
  argv: readonly string[];
  /** The step acts as the pod would: by the OIDC variables instead of the administrator's keys. */
  asPod?: boolean;
  /** Where its stdout goes instead of the terminal. */
  to?: 'token' | 'wrongToken';
  exitCode: number;
  /** Texts that must be in what it prints, in stdout or stderr. */
  expects: readonly string[];
}

export const tourRole = 'demo-role-for-rrsa';
const subject = ['-n', 'rrsa-demo', '-s', 'demo-sa'];

export const tourSteps: readonly TourStep[] = [
  {
    says: 'A cluster starts without RRSA. Nothing in it can call cloud APIs with a role of its own.',
    argv: ['rrsa', 'status', '-c', '{cluster}'],
    exitCode: 0,
    expects: ['disabled'],
  },
  {
    says: 'Turn RRSA on. The cluster gets an OIDC issuer and the account an identity provider that trusts it.',
    argv: ['rrsa', 'enable', '-c', '{cluster}', '--assume-yes'],
    exitCode: 0,
    expects: [],
  },
  {
    says: 'Now the cluster has a provider and an issuer.',
    argv: ['rrsa', 'status', '-c', '{cluster}'],
    exitCode: 0,
    expects: ['enabled', 'ack-rrsa-{cluster}'],
  },
  {
    says: `Let service account demo-sa of namespace rrsa-demo assume role ${tourRole}, and let the role read clusters.`,
    argv: [
      'rrsa',
      'associate-role',
      '-c',
      '{cluster}',
      '-r',
      tourRole,
      ...subject,
      '--create-role-if-not-exist',
      '--attach-system-policy',
      'AliyunCSReadOnlyAccess',
      '--assume-yes',
    ],
    exitCode: 0,
    expects: ['system:serviceaccount:rrsa-demo:demo-sa', 'AliyunCSReadOnlyAccess'],
  },
  {
    says: 'A pod of that service account finds a token in a projected volume. The sandbox signs one just like it.',
    argv: ['sandbox', 'token', '-c', '{cluster}', ...subject],
    to: 'token',
    exitCode: 0,
    expects: [],
  },
  {
    says: 'STS exchanges the token for temporary credentials of the role: no AccessKey anywhere.',
    argv: ['rrsa', 'assume-role', '-r', '{roleArn}', '-p', '{providerArn}', '-t', '{token}'],
    exitCode: 0,
    expects: ['AccessKeyId:', 'SecurityToken:', 'Expiration:'],
  },
  {
    says: 'From here on we are the pod: three variables and the token file are all it has. Any program can be run with its credentials.',
    argv: [
      'export-credentials',
      '--',
      'sh',
      '-c',
      'echo "the child has AccessKeyId $(echo $ALIBABA_CLOUD_ACCESS_KEY_ID | cut -c1-8)*** until $ALIBABA_CLOUD_CREDENTIALS_EXPIRATION"',
    ],
    asPod: true,
    exitCode: 0,
    expects: ['the child has AccessKeyId STS.'],
  },
  {
    says: 'The pod lists the clusters of the account.',
    argv: ['rrsa', 'demo', '--no-loop'],
    asPod: true,
    exitCode: 0,
    expects: ['cluster name: foo', 'cluster name: bar', 'cluster name: foob'],
  },
  {
    says: 'Another service account of the same cluster has a token as good as the first one ...',
    argv: ['sandbox', 'token', '-c', '{cluster}', '-n', 'rrsa-demo', '-s', 'somebody-else'],
    to: 'wrongToken',
    exitCode: 0,
    expects: [],
  },
  {
    says: '... but the role does not trust it, and STS refuses.',
    argv: ['rrsa', 'assume-role', '-r', '{roleArn}', '-p', '{providerArn}', '-t', '{wrongToken}'],
    exitCode: 4,
    expects: ['AuthenticationFail.NoPermission'],
  },
  {
    says: 'Take the policy away from the role ...',
    argv: [
      'rrsa',
      'dissociate-role',
      '-c',
      '{cluster}',
      '-r',
      tourRole,
      '--detach-system-policy',
      'AliyunCSReadOnlyAccess',
      '--assume-yes',
    ],
    exitCode: 0,
    expects: ['AliyunCSReadOnlyAccess'],
  },
  {
    says: '... and the pod may still assume the role, but no longer list clusters.',
    argv: ['rrsa', 'demo', '--no-loop'],
    asPod: true,
    exitCode: 1,
    expects: ['StatusCode: 403', 'Code: StatusForbidden', 'cs:DescribeClusters'],
  },
];
