/**
 * Checks data against one of our JSON Schemas.
 *
 * It knows the few keywords that the schemas in `schema/` use, and throws on any other, so that a
 * schema cannot demand what nobody checks. It is not a general JSON Schema validator.
 */

interface Schema {
  readonly [keyword: string]: unknown;
}

type Check = (limit: never, value: unknown, schema: Schema, root: Schema) => readonly string[];

/** What is wrong with `value`: one line each, beginning with where; empty if it is valid. */
export function violations(value: unknown, schema: Schema, root: Schema = schema): string[] {
  return Object.entries(schema).flatMap(([keyword, limit]) => {
    const check = CHECKS[keyword];
    if (check === undefined) throw new Error(`the schema uses ${keyword}, which is not checked`);
    return check(limit as never, value, schema, root);
  });
}

const NOTHING: Check = () => [];

const CHECKS: Readonly<Record<string, Check>> = {
  $schema: NOTHING,
  $defs: NOTHING,
  title: NOTHING,
  $ref: (target: string, value, _, root) => violations(value, definition(root, target), root),
  const: (expected: unknown, value) => (value === expected ? [] : [`: is not ${expected}`]),
  enum: (allowed: unknown[], value) =>
    allowed.includes(value) ? [] : [`: is none of ${allowed.join(', ')}`],
  type: (types: string | string[], value) =>
    [types].flat().some((type) => hasType(value, type))
      ? []
      : [`: is ${typeOf(value)}, not ${types}`],
  minimum: (limit: number, value) =>
    typeof value !== 'number' || value >= limit ? [] : [`: below ${limit}`],
  minLength: (limit: number, value) =>
    typeof value !== 'string' || value.length >= limit ? [] : [`: shorter than ${limit}`],
  pattern: (pattern: string, value) =>
    typeof value !== 'string' || new RegExp(pattern).test(value) ? [] : [`: not ${pattern}`],
  minItems: (limit: number, value) =>
    !Array.isArray(value) || value.length >= limit ? [] : [`: fewer than ${limit} items`],
  items: (items: Schema, value, _, root) =>
    Array.isArray(value)
      ? value.flatMap((item, i) => violations(item, items, root).map((text) => `[${i}]${text}`))
      : [],
  required: (names: string[], value) =>
    isObject(value)
      ? names.filter((name) => !(name in value)).map((name) => `.${name}: missing`)
      : [],
  properties: (properties: Record<string, Schema>, value, _, root) =>
    Object.entries(properties).flatMap(([name, property]) =>
      isObject(value) && name in value
        ? violations(value[name], property, root).map((text) => `.${name}${text}`)
        : [],
    ),
  patternProperties: (patterns: Record<string, Schema>, value, _, root) =>
    Object.entries(patterns).flatMap(([pattern, property]) =>
      isObject(value)
        ? Object.keys(value)
            .filter((name) => new RegExp(pattern).test(name))
            .flatMap((name) =>
              violations(value[name], property, root).map((text) => `.${name}${text}`),
            )
        : [],
    ),
  additionalProperties: (allowed: boolean, value, schema) => {
    if (allowed !== false) throw new Error('additionalProperties is always false here');
    const known = Object.keys((schema.properties ?? {}) as object);
    const patterns = Object.keys((schema.patternProperties ?? {}) as object);
    return isObject(value)
      ? Object.keys(value)
          .filter((name) => !known.includes(name))
          .filter((name) => !patterns.some((pattern) => new RegExp(pattern).test(name)))
          .map((name) => `.${name}: unknown`)
      : [];
  },
};

function definition(root: Schema, target: string): Schema {
  const name = target.replace('#/$defs/', '');
  const found = (root.$defs as Record<string, Schema>)[name];
  if (found === undefined) throw new Error(`the schema has no ${target}`);
  return found;
}

function hasType(value: unknown, type: string): boolean {
  return type === 'integer' ? Number.isInteger(value) : typeOf(value) === type;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeOf(value) === 'object';
}
