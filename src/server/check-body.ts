import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** The fields that the webhook library and the store take as they are; GitHub never sends others. */
const Shape = z.looseObject({
  action: z
    .string()
    .regex(/^[a-z_]*$/)
    .nullish(),
  installation: z.looseObject({ id: z.int().positive() }).nullish(),
});

/**
 * Whether a body is signed rightly and yet none of GitHub's: whoever sent it is answered 400 and not 500. Of a body that is
 * not signed nothing is read; the webhook library refuses it.
 */
export function isSignedNonsense(body: Buffer, signature: string | undefined, secret: string): boolean {
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  const given = Buffer.from(signature ?? '');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
  try {
    return !Shape.safeParse(JSON.parse(body.toString('utf8'))).success;
  } catch {
    return true;
  }
}
