/** Each misbehaviour, but those that are about time, against our own programs. */

import { ours } from '../subjects/subject.ts';
import { UNTIMED } from './misbehaviours.ts';
import { declareTable } from './testing/table.ts';

declareTable(await ours(), UNTIMED);
