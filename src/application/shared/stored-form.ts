import { z } from 'zod';

type Store = (value: unknown) => unknown;

/**
 * How values of this schema look in the store; undefined when they are stored as they are. zod's own way backwards through a
 * schema checks as it goes and takes three times as long as reading: here the schema is walked once, and what remains per event
 * is to call the codecs in it. The result is not checked.
 */
export function storedFormOf(schema: z.core.$ZodType): Store | undefined {
  if (asTheyAre.some((kind) => schema instanceof kind)) return undefined;
  if (schema instanceof z.ZodCodec) {
    const { reverseTransform } = schema.def;
    return (value) => reverseTransform(value, { value, issues: [] });
  }
  if (schema instanceof z.ZodObject) return storedObject(schema);
  if (schema instanceof z.ZodArray) {
    const store = storedFormOf(schema.element);
    return store && ((value) => (value as readonly unknown[]).map(store));
  }
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) {
    const store = storedFormOf(schema.def.innerType);
    return store && ((value) => (value === null || value === undefined ? value : store(value)));
  }
  if (schema instanceof z.ZodRecord && storedFormOf(schema.valueType) === undefined) return undefined;
  return (value) => z.encode(schema, value);
}

/** Kinds of schemas that hold no other one. */
const asTheyAre = [z.ZodString, z.ZodNumber, z.ZodBoolean, z.ZodEnum, z.ZodLiteral, z.ZodNull, z.ZodCustom];

function storedObject(schema: z.ZodObject): Store | undefined {
  const fields = Object.entries(schema.shape).flatMap(([name, field]) => {
    const store = storedFormOf(field);
    return store === undefined ? [] : [{ name, store }];
  });
  if (fields.length === 0) return undefined;
  return (value) => {
    const stored: Record<string, unknown> = { ...(value as object) };
    for (const { name, store } of fields) if (name in stored) stored[name] = store(stored[name]);
    return stored;
  };
}
