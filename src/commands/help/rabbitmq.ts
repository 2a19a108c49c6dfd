import type { HelpTable } from './help-contents.ts';

export const rabbitmqHelp: HelpTable = {
  'rabbitmq get-credentials': {
    paragraph:
      'Both are made of the current credentials, and are good for as long as those. They hold the security token: treat them as a secret.',
  },
  'rabbitmq ping': {
    paragraph:
      'Connects with a user name and a password made of the current credentials, and does so again with fresh ones every --refresh, and whenever the broker drops the connection, without losing a message. Ends with a summary, and with 1 when a message was lost. It takes no messages but its own.',
    exitCodes: {
      0: 'every message came back',
      1: 'failed, or a message was lost',
    },
  },
};
