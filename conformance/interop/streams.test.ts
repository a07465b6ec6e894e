/** The stream cases, for every pairing. */

import { streams } from './cases/streams.ts';
import { declareMatrix } from './matrix.ts';

await declareMatrix('streams', streams);
