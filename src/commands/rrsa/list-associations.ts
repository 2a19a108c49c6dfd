import type { Io } from '../../io.ts';
import { formatDot, formatMermaid } from '../../output/results/association-graphs.ts';
import { associationsPresenter } from '../../output/results/associations.ts';
import { formatAssociationsFile } from '../../rrsa/associations-file.ts';
import { toAssociationsFile } from '../../rrsa/associations-to-file.ts';
import { type AssociationList, listAssociations } from '../../rrsa/list-associations.ts';
import { createContext } from '../context.ts';
import { serviceLimiter } from '../service-limiter.ts';
import type { CommandInput } from '../spec.ts';

/** Exit code 1 when some role could not be read: the list may lack something. */
export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const output = flags.string('output');
  const filter = {
    roleName: flags.string('role-name'),
    namespace: flags.string('namespace'),
    serviceAccount: flags.string('service-account'),
  };
  const context = await createContext(input, io);
  const { cloud, report, clock, print } = context;
  const list = await listAssociations(
    { clusterId: flags.required('cluster-id'), ...filter, withHelperAddon: output === 'yaml' },
    { ack: cloud.ack, ram: cloud.ram, limiter: serviceLimiter('RAM', context, io), report, clock },
  );
  const isPart = Object.values(filter).some((value) => value !== undefined);
  const formats: Record<string, (list: AssociationList) => string> = {
    yaml: () => formatAssociationsFile(toAssociationsFile(list, { isPart })),
    mermaid: formatMermaid,
    dot: formatDot,
  };
  const format = formats[output ?? ''];
  if (format === undefined) print(list, associationsPresenter);
  else io.stdout.write(format(list));
  for (const { roleName, error } of list.unreadable) report.warn(`role ${roleName} could not be read: ${error}`);
  return list.unreadable.length === 0 ? 0 : 1;
}
