import { associationsHelp } from './associations.ts';
import { credentialPluginHelp } from './credential-plugin.ts';
import { credentialsHelp } from './credentials.ts';
import { eciHelp } from './eci.ts';
import { generalHelp } from './general.ts';
import { injectionHelp } from './injection.ts';
import { rabbitmqHelp } from './rabbitmq.ts';
import { rbacHelp } from './rbac.ts';
import { rrsaHelp } from './rrsa.ts';
import { sandboxHelp } from './sandbox.ts';

/** What the help page of a command says beside what the command table does. */
export interface HelpContents {
  paragraph: string;
  /** What the exit codes of this command mean, where that is not the usual; `null` for one that it never has. */
  exitCodes?: Readonly<Record<string, string | null>> | undefined;
}

/** By command path: `rrsa status`. */
export type HelpTable = Readonly<Record<string, HelpContents>>;

const contents: HelpTable = {
  ...rrsaHelp,
  ...associationsHelp,
  ...injectionHelp,
  ...credentialsHelp,
  ...rbacHelp,
  ...credentialPluginHelp,
  ...rabbitmqHelp,
  ...eciHelp,
  ...sandboxHelp,
  ...generalHelp,
};

/** `undefined` for a command without any. */
export function helpContents(path: readonly string[]): HelpContents | undefined {
  const name = path.join(' ');
  return Object.hasOwn(contents, name) ? contents[name] : undefined;
}
