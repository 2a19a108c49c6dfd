import type { Translate } from '../language.ts';
import { createTranslator } from '../translate.ts';
import { joinChinese } from './join-chinese.ts';
import { cloud } from './zh/cloud.ts';
import { commands } from './zh/commands.ts';
import { credentials } from './zh/credentials.ts';
import { doctor } from './zh/doctor.ts';
import { eci } from './zh/eci.ts';
import { general } from './zh/general.ts';
import { help } from './zh/help.ts';
import { kubernetes } from './zh/kubernetes.ts';
import { output } from './zh/output.ts';
import { policy } from './zh/policy.ts';
import { rabbitmq } from './zh/rabbitmq.ts';
import { rrsa } from './zh/rrsa.ts';
import { sandbox } from './zh/sandbox.ts';

/** What the tool says in Chinese, by the room that says it in English. Loaded only when that is wanted. */
export const rooms = {
  general,
  cloud,
  commands,
  credentials,
  doctor,
  eci,
  help,
  kubernetes,
  output,
  policy,
  rabbitmq,
  rrsa,
  sandbox,
};

/** From English to Chinese. */
export function createChinese(): Translate {
  return createTranslator(Object.assign({}, ...Object.values(rooms)), joinChinese);
}
