/** The headers of a reply; names in lower case. `Headers` of the platform are some. */
export interface ReplyHeaders {
  /** Several values of one name are joined by ", "; null where there is none. */
  get(name: string): string | null;
  has(name: string): boolean;
  forEach(visit: (value: string, name: string) => void): void;
  /** Whether these characters, in lower case, stand anywhere in them. Cheaper than a look at each; absent where it is not. */
  mentions?(text: string): boolean;
}
