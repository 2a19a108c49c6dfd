/** The whole command line as data. A command is listed here when it works, and not before. */
import type { CommandTable } from './spec.ts';
import { completionCommand } from './table/completion.ts';
import { credentialPluginCommands } from './table/credential-plugin.ts';
import { credentialCommands } from './table/credentials.ts';
import { doctorCommand } from './table/doctor.ts';
import { eciCommands } from './table/eci.ts';
import { helpCommands } from './table/help.ts';
import { injectionCommands } from './table/injection.ts';
import { rabbitMqCommands } from './table/rabbitmq.ts';
import { rbacCommands } from './table/rbac.ts';
import { rrsaCommands } from './table/rrsa.ts';
import { sandboxCommands } from './table/sandbox.ts';

export const table: CommandTable = {
  groups: [
    { path: ['rrsa'], summary: 'RAM roles for service accounts: enable, associate, assume' },
    { path: ['credential-plugin'], summary: 'credentials for kubectl, and kubeconfigs that use them' },
    { path: ['rbac'], summary: 'what RAM users and roles may do in Kubernetes' },
    { path: ['rabbitmq'], summary: 'user names and passwords for ApsaraMQ for RabbitMQ, and a check of the broker' },
    { path: ['eci'], summary: 'RAM roles of pods on Elastic Container Instance' },
    { path: ['webhook'], summary: 'the admission webhook that gives pods their identity' },
    { path: ['auth'], summary: 'who the credentials belong to' },
    { path: ['cache'], summary: 'the temporary credentials that are kept between runs' },
    { path: ['utils'], summary: 'small helpers' },
    { path: ['help'], summary: 'help on a command, and lists of what commands need' },
    { path: ['sandbox'], summary: 'a local cloud to try and test against, no account needed' },
  ],
  commands: [
    ...rrsaCommands,
    doctorCommand,
    ...injectionCommands,
    ...credentialCommands,
    ...rbacCommands,
    ...credentialPluginCommands,
    ...rabbitMqCommands,
    ...eciCommands,
    ...sandboxCommands,
    completionCommand,
    ...helpCommands,
    {
      path: ['version'],
      summary: 'print the version',
      examples: ['ack-ram-tool version', 'ack-ram-tool version -o json'],
      flags: [],
      outputs: ['text', 'json'],
      load: () => import('./version.ts'),
    },
  ],
};
