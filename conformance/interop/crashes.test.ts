/** The crash cases, for every pairing. */

import { crashes } from './cases/crashes.ts';
import { declareMatrix } from './matrix.ts';

await declareMatrix('crashes', crashes);
