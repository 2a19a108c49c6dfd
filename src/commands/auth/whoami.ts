import type { CallerIdentity } from '../../cloud/ports.ts';
import type { Io } from '../../io.ts';
import { type Whoami, whoamiPresenter } from '../../output/results/whoami.ts';
import { parseArn } from '../../policy/arn.ts';
import { createContext } from '../context.ts';
import type { CommandInput } from '../spec.ts';

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { cloud, print } = await createContext(input, io);
  print(toWhoami(await cloud.sts.getCallerIdentity()), whoamiPresenter);
  return 0;
}

/**
 * The identity with the names that its ARN holds: `user/<name>`, `assumed-role/<name>/<session>` or, as AssumeRole
 * spells the same, `role/<name>/<session>`.
 */
export function toWhoami(identity: CallerIdentity): Whoami {
  const [kind, name] = parseArn(identity.arn)?.resource.split('/') ?? [];
  return {
    ...identity,
    ...(kind === 'user' && name ? { userName: name } : {}),
    ...((kind === 'assumed-role' || kind === 'role') && name ? { roleName: name } : {}),
  };
}
