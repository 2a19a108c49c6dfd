import { readBoundedFile } from '../../credentials/bounded-file.ts';
import { readOidcToken } from '../../credentials/token-file.ts';
import { exitCodeFor, ToolError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { colourFor } from '../../output/colour.ts';
import { explainPresenter } from '../../output/results/explain.ts';
import { explainTrust } from '../../rrsa/explain.ts';
import { createContext } from '../context.ts';
import type { CommandInput } from '../spec.ts';

/** Far more than RAM takes. */
const longestPolicyBytes = 128 * 1024;

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const tokenFile = flags.string('oidc-token-file');
  const policyFile = flags.path('policy-file');
  const { cloud, clock, print } = await createContext(input, io);
  const explanation = await explainTrust(
    {
      clusterId: flags.required('cluster-id'),
      roleName: flags.string('role-name'),
      policy: policyFile === undefined ? undefined : { path: policyFile, read: () => readPolicy(policyFile) },
      namespace: flags.string('namespace'),
      serviceAccount: flags.string('service-account'),
    },
    {
      ack: cloud.ack,
      ram: cloud.ram,
      clock,
      readToken:
        tokenFile === undefined ? undefined : () => readOidcToken(tokenFile, { home: io.home, stdin: io.stdin }),
    },
  );
  print(explanation, explainPresenter(await colourFor(io.stdout, io.env)));
  return explanation.decision === 'allowed' ? 0 : exitCodeFor('NOT_AS_IT_SHOULD_BE');
}

async function readPolicy(path: string): Promise<string> {
  const { bytes } = await readBoundedFile(path, 'policy file', longestPolicyBytes);
  if (bytes.length > longestPolicyBytes) {
    throw new ToolError('FILE_INVALID', `policy file ${path} is longer than ${longestPolicyBytes / 1024} KiB`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ToolError('FILE_INVALID', `policy file ${path} is not UTF-8 text`);
  }
}
