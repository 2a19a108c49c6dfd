import type { HelpTable } from './help-contents.ts';

export const credentialsHelp: HelpTable = {
  'export-credentials': {
    paragraph:
      'With COMMAND the credentials go into its environment and nothing is printed; its exit code is passed on. Every variable that could make it pick other credentials is removed first.',
    exitCodes: {
      0: 'printed',
      1: 'failed; COMMAND is not started',
      child: 'the exit code of COMMAND is passed on',
      126: 'COMMAND cannot be executed',
      127: 'COMMAND is not found',
      '128+n': 'COMMAND was ended by signal n',
    },
  },
  'auth whoami': {
    paragraph:
      'Asks STS who it takes the caller for: the account, the kind of identity, its ARN, and the name of the user or role. What decides is which credentials are found; with --role-arn it is the session of that role.',
  },
  'utils test-ecs-metadata': {
    paragraph: 'Goes on until it is stopped; a round that fails is reported and does not end it.',
    exitCodes: {
      1: 'failed (with --no-loop; otherwise a failed round is reported, and the next one follows)',
      4: 'the instance has no role, or there is no metadata service',
    },
  },
  'cache clear': {
    paragraph:
      'With --cache, temporary credentials are kept in files of your cache folder until shortly before they expire; the credential plugin keeps client certificates for kubectl. This removes all of both, and nothing that another tool wrote; the next command asks anew.',
  },
};
