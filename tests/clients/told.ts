// Is a type known through and through? `any`, `unknown` and `never` anywhere in it say that a generator gave up.
type IsAny<T> = 0 extends 1 & T ? true : false;
type Each<T> = T extends string | number | boolean | null | undefined
  ? true
  : T extends readonly (infer U)[]
    ? Told<U>
    : false extends { [K in keyof T]-?: Told<T[K]> }[keyof T]
      ? false
      : true;
export type Told<T> =
  IsAny<T> extends true ? false : [T] extends [never] ? true : unknown extends T ? false : Each<T>;
// The argument can only be written when T is known: true is no `never`.
export function told<T>(_yes: [T] extends [never] ? never : [Told<T>] extends [true] ? true : never): void {}

// @ts-expect-error: any is not known
told<any>(true);
// @ts-expect-error: nor is unknown
told<unknown>(true);
// @ts-expect-error: nor what has one of them inside
told<{ a: { b: unknown }[] }>(true);
// @ts-expect-error: nor is what there is not
told<never>(true);
told<{ a: { b: string | null }[]; c?: number }>(true);
