/** All situations, in the order of the table. */

import type { Chapter } from '../situation.ts';
import { breaks } from './breaks.ts';
import { checks } from './checks.ts';
import { foreign } from './foreign.ts';
import { keys } from './keys.ts';
import { service } from './service.ts';
import { starts } from './starts.ts';

export const CHAPTERS: readonly Chapter[] = [service, keys, foreign, checks, breaks, starts];
