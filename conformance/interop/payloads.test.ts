/** The payload cases, for every pairing. */

import { payloads } from './cases/payloads.ts';
import { declareMatrix } from './matrix.ts';

await declareMatrix('payloads', payloads);
