/** An expression of a template. */
export type Expr =
  | { readonly kind: 'literal'; readonly value: null | boolean | number | string }
  | { readonly kind: 'float'; readonly number: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Expr[]; readonly tuple: boolean }
  | { readonly kind: 'dict'; readonly pairs: readonly (readonly [Expr, Expr])[] }
  | { readonly kind: 'attribute'; readonly on: Expr; readonly name: string }
  | { readonly kind: 'item'; readonly on: Expr; readonly key: Expr }
  | { readonly kind: 'slice'; readonly on: Expr; readonly from: Expr | null; readonly to: Expr | null }
  | { readonly kind: 'call'; readonly on: Expr; readonly given: Arguments }
  | { readonly kind: 'filter'; readonly on: Expr; readonly name: string; readonly given: Arguments }
  | {
      readonly kind: 'test';
      readonly on: Expr;
      readonly name: string;
      readonly given: Arguments;
      readonly not: boolean;
    }
  | { readonly kind: 'unary'; readonly operator: string; readonly on: Expr }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'choice'; readonly test: Expr; readonly then: Expr; readonly otherwise: Expr | null };

export interface Arguments {
  readonly positional: readonly Expr[];
  readonly named: readonly (readonly [string, Expr])[];
}

/** What a `set` or a `for` fills: names, or one field of a namespace. */
export type Target = { readonly names: readonly string[] } | { readonly namespace: string; readonly field: string };

/** A piece of a template. */
export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string; readonly line: number }
  | { readonly kind: 'output'; readonly expression: Expr; readonly line: number }
  | { readonly kind: 'do'; readonly expression: Expr }
  | { readonly kind: 'set'; readonly target: Target; readonly expression: Expr }
  | { readonly kind: 'set-block'; readonly target: Target; readonly body: readonly TemplateNode[] }
  | {
      readonly kind: 'if';
      readonly branches: readonly { readonly test: Expr; readonly body: readonly TemplateNode[] }[];
      readonly otherwise: readonly TemplateNode[];
    }
  | {
      readonly kind: 'for';
      readonly names: readonly string[];
      readonly over: Expr;
      readonly filter: Expr | null;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    }
  | MacroNode
  /** `call` blocks and the like: read to their end, never rendered. */
  | {
      readonly kind: 'unsupported';
      readonly tag: string;
      readonly body: readonly TemplateNode[];
      /** Inside of its tag. */
      readonly text: string;
      readonly line: number;
    };

export interface MacroNode {
  readonly kind: 'macro';
  readonly name: string;
  readonly parameters: readonly { readonly name: string; readonly fallback: Expr | null }[];
  readonly body: readonly TemplateNode[];
}
