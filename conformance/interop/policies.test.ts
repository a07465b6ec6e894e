/** The policy cases, for every pairing. */

import { policies } from './cases/policies.ts';
import { declareMatrix } from './matrix.ts';

await declareMatrix('policies', policies);
