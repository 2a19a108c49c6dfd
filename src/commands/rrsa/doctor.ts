import { exitCodeFor, usageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { colourFor } from '../../output/colour.ts';
import { checkListPresenter, doctorPresenter } from '../../output/results/doctor.ts';
import { speaksUnicode } from '../../output/unicode.ts';
import { parseRoleArn } from '../../policy/arn.ts';
import { checkClusterId, checkRoleName } from '../../policy/name.ts';
import { checkNamespace, checkServiceAccount } from '../../policy/subject.ts';
import { links } from '../../rrsa/doctor/check.ts';
import { checks } from '../../rrsa/doctor/checks.ts';
import { doctor } from '../../rrsa/doctor/doctor.ts';
import type { Asked } from '../../rrsa/doctor/patient.ts';
import { createContext } from '../context.ts';
import { withHint } from '../error-hint.ts';
import { langOf } from '../lang.ts';
import type { Flags } from '../options.ts';
import type { CommandInput } from '../spec.ts';
import { doctorPatients } from './doctor-patient.ts';
import { isInPod } from './doctor-token.ts';

/** Columns, where the terminal does not say: without marks the chain then takes two lines. */
const widthOfText = 100;

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const context = await createContext(input, io);
  const { report, confirm, clock, print } = context;
  if (flags.boolean('list')) {
    print(checks, checkListPresenter);
    return 0;
  }
  const asked = readAsked(flags, io);
  const lang = flags.string('output') === 'json' ? 'en' : langOf(flags, io.env);
  const diagnosis = await doctor(
    checks,
    {
      timeoutMs: flags.durationMs('timeout') ?? 30_000,
      fix: flags.boolean('fix'),
      dryRun: flags.boolean('dry-run'),
    },
    {
      admit: doctorPatients(asked, flags, context, io),
      report,
      confirm,
      clock,
      signal: io.signal,
      explain: (error) => withHint(error, lang),
    },
  );
  const colour = await colourFor(io.stdout, io.env);
  const columns = io.stdout.columns || widthOfText;
  print(diagnosis, doctorPresenter({ links, colour, columns, unicode: speaksUnicode(io) }));
  return diagnosis.healthy ? 0 : exitCodeFor('NOT_AS_IT_SHOULD_BE');
}

/** Flags that mean nothing without a cluster. */
const clusterFlags = ['role-name', 'namespace', 'service-account', 'pod', 'kubeconfig', 'context'];

function readAsked(flags: Flags, { env }: Pick<Io, 'env'>): Asked {
  const given = (name: string): string | undefined => flags.string(name) || undefined;
  const [clusterId, role] = [given('cluster-id'), given('role-name')];
  const [namespace, serviceAccount] = [given('namespace'), given('service-account')];
  if (clusterId === undefined) {
    if (given('oidc-token-file') === undefined && !isInPod(env)) throw nothingToLookAt();
    const strays = [
      ...clusterFlags.filter((name) => given(name) !== undefined),
      ...['fix', 'private-address'].filter((name) => flags.boolean(name)),
    ];
    if (strays.length > 0) {
      throw usageError(`--${strays[0]} is about a cluster: pass --cluster-id as well`);
    }
    return {};
  }
  checkClusterId(clusterId);
  if (role !== undefined && parseRoleArn(role) === undefined) checkRoleName(role);
  if (namespace !== undefined) checkNamespace(namespace);
  if (serviceAccount !== undefined) checkServiceAccount(serviceAccount);
  if (namespace === undefined && (serviceAccount ?? given('pod')) !== undefined) {
    throw usageError(`--${serviceAccount === undefined ? 'pod' : 'service-account'} needs --namespace`);
  }
  return { clusterId, role, namespace, serviceAccount };
}

function nothingToLookAt() {
  return usageError(
    'there is nothing to look at: pass --cluster-id, or --oidc-token-file, or run this in a pod',
    '-c CLUSTER_ID [-r ROLE -n NAMESPACE -s SERVICE_ACCOUNT] looks at a cluster from outside; --oidc-token-file FILE at a token, which is sent nowhere; and within a pod the variables ALIBABA_CLOUD_ROLE_ARN, ALIBABA_CLOUD_OIDC_PROVIDER_ARN and ALIBABA_CLOUD_OIDC_TOKEN_FILE say what to look at',
  );
}
