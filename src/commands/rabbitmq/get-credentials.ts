import type { Io } from '../../io.ts';
import { rabbitMqCredentialsEnv, rabbitMqCredentialsPresenter } from '../../output/results/rabbitmq-credentials.ts';
import { userCredentials } from '../../rabbitmq/user-credentials.ts';
import { createContext } from '../context.ts';
import type { CommandInput } from '../spec.ts';
import { readOwner } from './owner.ts';

export async function run(input: CommandInput, io: Io): Promise<number> {
  const owner = readOwner(input.flags);
  const { credentials, clock, print } = await createContext(input, io);
  const { expiration, ...keys } = await credentials();
  const result = { ...userCredentials({ owner, ...keys }, clock.now()), expiration };
  if (input.flags.string('output') === 'env') io.stdout.write(rabbitMqCredentialsEnv(result));
  else print(result, rabbitMqCredentialsPresenter);
  return 0;
}
